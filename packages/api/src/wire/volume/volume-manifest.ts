import { create } from '@bufbuild/protobuf';
import type { VolumeSpec } from '@capsule/core';
import { type VolumeManifest, VolumeManifestSchema } from '../../gen/capsule/v1/manifest_pb.ts';
import { scheduleFromProto, scheduleToProto } from './volume.ts';

export function volumeSpecToProto({
  name,
  sizeBytes,
  snapshotSchedule,
}: VolumeSpec): VolumeManifest {
  return create(VolumeManifestSchema, {
    name,
    sizeBytes: BigInt(sizeBytes),
    ...(snapshotSchedule && { snapshotSchedule: scheduleToProto(snapshotSchedule) }),
  });
}

export function volumeSpecFromProto({
  name,
  sizeBytes,
  snapshotSchedule: wire,
}: Pick<VolumeManifest, 'name' | 'sizeBytes' | 'snapshotSchedule'>): VolumeSpec {
  const snapshotSchedule = scheduleFromProto(wire);
  return { name, sizeBytes: Number(sizeBytes), ...(snapshotSchedule && { snapshotSchedule }) };
}
