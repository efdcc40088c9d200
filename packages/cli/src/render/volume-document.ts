import { type Volume, volumeStateFromProto } from '@capsule/api';
import { formatSize, type VolumeSpec } from '@capsule/core';

/** What a manifest says of a volume. */
export function volumeManifest({ name, sizeBytes }: VolumeSpec): object {
  return { name, kind: 'Volume', size: formatSize(sizeBytes) };
}

/** A volume for programs, and as a manifest; the status is for people to read. */
export function volumeDocument(volume: Volume): object {
  const { name, sizeBytes, usedBytes, state, hostPath, mountedBy, createdAtUnix } = volume;
  const createdAt =
    createdAtUnix === 0n ? {} : { createdAt: new Date(Number(createdAtUnix) * 1000).toISOString() };
  return {
    ...{ name, kind: 'Volume', size: formatSize(Number(sizeBytes)), ...createdAt },
    status: {
      state: volumeStateFromProto(state),
      usedBytes: Number(usedBytes),
      mountedBy,
      ...(hostPath === '' ? {} : { hostPath }),
    },
  };
}
