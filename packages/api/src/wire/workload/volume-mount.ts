import { create } from '@bufbuild/protobuf';
import type { Problem, VolumeMount } from '@capsule/core';
import {
  VolumeMountSchema,
  type VolumeMount as WireMount,
} from '../../gen/capsule/v1/workload_pb.ts';
import { refuseUnknown } from '../refuse-unknown.ts';

export function mountToProto(mount: VolumeMount): WireMount {
  const { volumeName, mountPath, readOnly, subPath = '', copyUp } = mount;
  const noCopyUp = !copyUp && subPath === '';
  return create(VolumeMountSchema, { volumeName, mountPath, readOnly, subPath, noCopyUp });
}

export function mountFromProto(mount: WireMount, path: string, problems: Problem[]): VolumeMount {
  problems.push(...refuseUnknown(mount, path));
  const { volumeName, mountPath, readOnly, subPath, noCopyUp } = mount;
  const base = { volumeName, mountPath, readOnly };
  return subPath === '' ? { ...base, copyUp: !noCopyUp } : { ...base, subPath, copyUp: false };
}
