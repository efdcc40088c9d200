import {
  nameOfCell,
  type SnapshotSeen,
  type Volume,
  type VolumeRecord,
  type VolumeSeen,
} from '@capsule/core';

/** Merges the record of a volume with the storage that the backend found. Pure. */
export function describeVolume(
  record: VolumeRecord,
  seen: ReadonlyMap<string, VolumeSeen>,
): Volume {
  const { name, sizeBytes, createdAt, holder, stage, snapshotSchedule } = record;
  const found = seen.get(name);
  return {
    name,
    sizeBytes,
    createdAt,
    usedBytes: found?.usedBytes ?? 0,
    state: stage === 'ready' && found === undefined ? 'lost' : stage,
    ...(holder === undefined ? {} : { holder: nameOfCell(holder) }),
    ...(snapshotSchedule === undefined ? {} : { snapshotSchedule }),
    ...(found?.hostPath === undefined ? {} : { hostPath: found.hostPath }),
  };
}

/** Describes storage that no record names. Pure. */
export function describeStrayVolume({ name, sizeBytes, usedBytes, hostPath }: VolumeSeen): Volume {
  const place = hostPath === undefined ? {} : { hostPath };
  return { name, sizeBytes, usedBytes, state: 'orphaned', ...place };
}

/** Space of the pool that a volume uses. */
export interface VolumeUsage {
  readonly volume: VolumeSeen;
  readonly snapshots: number;
  readonly snapshotBytes: number;
}

/** Pure. */
export function describeUsage(volume: VolumeSeen, all: readonly SnapshotSeen[]): VolumeUsage {
  const own = all.filter((one) => one.volume === volume.name);
  const snapshotBytes = own.reduce((total, { usedBytes }) => total + usedBytes, 0);
  return { volume, snapshots: own.length, snapshotBytes };
}
