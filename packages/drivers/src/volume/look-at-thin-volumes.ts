import type { VolumeSeen } from '@capsule/core';
import { type LogicalVolume, readExt4 } from '@capsule/host';
import { freeBytesOf } from './free-bytes.ts';
import { lookAtEach } from './look-at-each.ts';
import type { ThinGroup } from './thin-group.ts';
import { thinNames } from './thin-names.ts';
import { usedOf } from './thin-usage.ts';

interface NamedVolume {
  readonly name: string;
  readonly lv: LogicalVolume;
}

/**
 * Returns the state of the volumes among the logical volumes of a group; `mountOf` returns where one is
 * mounted.
 */
export function lookAtThinVolumes(
  group: ThinGroup,
  all: readonly LogicalVolume[],
  mountOf: (name: string) => string | undefined,
  signal?: AbortSignal,
): Promise<readonly VolumeSeen[]> {
  const found = all.flatMap((lv): readonly NamedVolume[] => {
    const name = thinNames.volumeOf(lv.name);
    return name === undefined ? [] : [{ name, lv }];
  });
  const look = async ({ name, lv }: NamedVolume): Promise<VolumeSeen> => {
    const hostPath = mountOf(name);
    const ext4 = await readExt4(await group.activate(lv.name, signal), signal);
    return {
      name,
      sizeBytes: ext4?.sizeBytes ?? lv.sizeBytes,
      usedBytes: usedOf(lv),
      ...(ext4 && { uid: ext4.uuid }),
      ...(hostPath && { hostPath }),
      ...(await freeBytesOf(ext4, hostPath)),
    };
  };
  const isThere = async ({ lv }: NamedVolume) => (await group.find(lv.name, signal)) !== undefined;
  const unread = ({ name, lv }: NamedVolume): VolumeSeen => ({
    name,
    sizeBytes: lv.sizeBytes,
    usedBytes: usedOf(lv),
  });
  return lookAtEach(found, { look, isThere, unread }, signal);
}
