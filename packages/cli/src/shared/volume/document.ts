import { scheduleFromProto, type Volume, volumeStateFromProto } from '@capsule/api/wire';
import { manifestFromVolume } from '@capsule/core';

/** A volume for programs, and as a manifest; the status is for people to read. */
export function volumeDocument(volume: Volume): object {
  const { name, sizeBytes, usedBytes, state, hostPath, mountedBy, createdAtUnix } = volume;
  const snapshotSchedule = scheduleFromProto(volume.snapshotSchedule);
  const createdAt =
    createdAtUnix === 0n ? {} : { createdAt: new Date(Number(createdAtUnix) * 1000).toISOString() };
  return {
    ...manifestFromVolume({
      name,
      sizeBytes: Number(sizeBytes),
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
