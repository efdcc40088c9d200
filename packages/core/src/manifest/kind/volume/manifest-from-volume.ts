import { formatSize } from '../../../resource/size.ts';
import { formatSpan } from '../../../resource/span.ts';
import type { SnapshotSchedule } from '../../../resource/volume/snapshot.ts';
import type { VolumeSpec } from '../../../resource/volume/volume.ts';

/** The manifest that `readVolume` reads back into the same spec. */
export function manifestFromVolume({ name, sizeBytes, snapshotSchedule }: VolumeSpec): object {
  return {
    name,
    kind: 'Volume',
    size: formatSize(sizeBytes),
    ...(snapshotSchedule && { snapshotSchedule: scheduleBlock(snapshotSchedule) }),
  };
}

function scheduleBlock({ everySeconds, keep }: SnapshotSchedule): object {
  return { every: formatSpan(everySeconds), keep };
}
