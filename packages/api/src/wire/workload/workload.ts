import type { Workload } from '@capsule/core';
import { apiError } from '../../errors.ts';
import type { Workload as WireWorkload } from '../../gen/capsule/v1/workload_pb.ts';
import { desiredFromProto, desiredToProto } from './desired-state.ts';
import { specFromProto, specToProto } from './workload-spec.ts';
import { type ReportedStatus, statusFromProto, statusToProto } from './workload-status.ts';

/** A workload as an API client sees it. */
export type ReportedWorkload = Omit<
  Workload,
  'ref' | 'role' | 'status' | 'revision' | 'stopGraceMs'
> & {
  readonly status: ReportedStatus;
};

export function workloadToProto(workload: ReportedWorkload): WireWorkload {
  return {
    ...specToProto(workload.spec),
    uid: workload.uid,
    generation: BigInt(workload.generation),
    run: BigInt(workload.run),
    createdAtUnixMs: BigInt(workload.createdAt),
    desiredState: desiredToProto(workload.desired),
    status: statusToProto(workload.status),
  };
}

/**
 * Reads a workload that a capsule reported. Fails with `MANIFEST_SPEC_INVALID` or `API_UNEXPECTED_ANSWER`
 * for values that this version does not know; show the wire message itself where that must not happen.
 */
export function workloadFromProto(workload: WireWorkload): ReportedWorkload {
  const desired = desiredFromProto(workload.desiredState);
  if (desired === undefined || workload.status === undefined) {
    const what = `workload ${workload.name}, desired state ${workload.desiredState}`;
    throw apiError.UNEXPECTED_ANSWER({ what });
  }
  return {
    uid: workload.uid,
    generation: Number(workload.generation),
    run: Number(workload.run),
    spec: specFromProto(workload),
    desired,
    createdAt: Number(workload.createdAtUnixMs),
    status: statusFromProto(workload.status),
  };
}
