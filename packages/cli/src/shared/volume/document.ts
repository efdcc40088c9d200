import { scheduleFromProto, type Volume, volumeStateFromProto } from '@capsule/api';
import { formatSize, formatSpan, type SnapshotSchedule, type VolumeSpec } from '@capsule/core';

/** What a manifest says of a volume. */
export function volumeManifest({ name, sizeBytes, snapshotSchedule }: VolumeSpec): object {
  return {
    ...{ name, kind: 'Volume', size: formatSize(sizeBytes) },
    ...(snapshotSchedule && { snapshotSchedule: scheduleWords(snapshotSchedule) }),
  };
}

function scheduleWords({ everySeconds, keep }: SnapshotSchedule): object {
  return { every: formatSpan(everySeconds), keep };
}

/** A volume for programs, and as a manifest; the status is for people to read. */
export function volumeDocument(volume: Volume): object {
  const { name, sizeBytes, usedBytes, state, hostPath, mountedBy, createdAtUnix } = volume;
  const snapshotSchedule = scheduleFromProto(volume.snapshotSchedule);
  const createdAt =
    createdAtUnix === 0n ? {} : { createdAt: new Date(Number(createdAtUnix) * 1000).toISOString() };
  return {
    ...volumeManifest({
      ...{ name, sizeBytes: Number(sizeBytes) },
      ...(snapshotSchedule && { snapshotSchedule }),
    }),
    ...createdAt,
    status: {
      state: volumeStateFromProto(state),
      usedBytes: Number(usedBytes),
      mountedBy,
      ...(hostPath === '' ? {} : { hostPath }),
    },
  };
}
