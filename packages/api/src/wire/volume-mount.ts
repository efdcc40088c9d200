import { create } from '@bufbuild/protobuf';
import type { Problem, VolumeMount } from '@capsule/core';
import { VolumeMountSchema, type VolumeMount as WireMount } from '../gen/capsule/v1/workload_pb.ts';
import { refuseUnknown } from './refuse-unknown.ts';

export function mountToProto({ volumeName, mountPath, readOnly, copyUp }: VolumeMount): WireMount {
  return create(VolumeMountSchema, { volumeName, mountPath, readOnly, noCopyUp: !copyUp });
}

export function mountFromProto(mount: WireMount, path: string, problems: Problem[]): VolumeMount {
  problems.push(...refuseUnknown(mount, path));
  const { volumeName, mountPath, readOnly, noCopyUp } = mount;
  return { volumeName, mountPath, readOnly, copyUp: !noCopyUp };
}
