import {
  nameOfCell,
  type SnapshotSeen,
  type Volume,
  type VolumeRecord,
  type VolumeSeen,
} from '@capsule/core';

/** What is stored of a volume, with what the backend finds. Pure. */
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

/** Storage that no record speaks of. Pure. */
export function describeStrayVolume({ name, sizeBytes, usedBytes, hostPath }: VolumeSeen): Volume {
  const place = hostPath === undefined ? {} : { hostPath };
  return { name, sizeBytes, usedBytes, state: 'orphaned', ...place };
}

/** What a volume takes of the pool. */
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
