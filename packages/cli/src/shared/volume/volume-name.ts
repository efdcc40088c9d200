import { action, isName, remedy } from '@capsule/core';
import type { Input } from '../../program/input.ts';

/** A volume, or one of its snapshots. */
export interface VolumeName {
  readonly volume: string;
  readonly snapshot?: string;
}

/** `data` or `data@before-upgrade`. Fails with `CLI_USAGE`. */
export function readVolumeName(input: Input, text: string): VolumeName {
  const [volume = '', snapshot, ...more] = text.split('@');
  const isUsable =
    more.length === 0 && snapshot !== '' && (snapshot === undefined || isName(snapshot));
  if (isUsable) return { volume, ...(snapshot === undefined ? {} : { snapshot }) };
  throw input.refuse(
    `${JSON.stringify(text)} is not the name of a volume or snapshot`,
    'write VOLUME or VOLUME@SNAPSHOT, like data or data@before-upgrade; names consist of a-z, 0-9 and -',
  );
}

/** `data@before-upgrade`. Fails with `CLI_USAGE`. */
export function readSnapshotName(input: Input, text: string): Required<VolumeName> {
  const { volume, snapshot } = readVolumeName(input, text);
  if (snapshot !== undefined) return { volume, snapshot };
  const snapshots = action('volume.snapshots', { volume });
  const hint = remedy`write ${volume}@SNAPSHOT; ${snapshots} shows the snapshots`;
  throw input.refuse(`${JSON.stringify(text)} is not the name of a snapshot`, hint);
}
