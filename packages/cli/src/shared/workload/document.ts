import type { ReportedWorkload } from '@capsule/api/wire';
import { manifestFromWorkload } from '@capsule/core';

/**
 * A workload as a manifest with what the capsule adds to it: `get -o yaml | apply -f -` changes
 * nothing, as apply reads over the keys behind the block of the kind.
 */
export function workloadDocument(workload: ReportedWorkload): object {
  const { status } = workload;
  const { progress, startedAt, finishedAt, nextRetryAt, phase, hint, ...plain } = status;
  return {
    ...manifestFromWorkload(workload.spec),
    desiredState: `DESIRED_STATE_${workload.desired.toUpperCase()}`,
    uid: workload.uid,
    generation: workload.generation,
    createdAt: moment(workload.createdAt),
    status: {
      phase: `WORKLOAD_PHASE_${phase.toUpperCase()}`,
      ...plain,
      ...(hint !== undefined && { hint: hint.text }),
      ...(startedAt !== undefined && { startedAt: moment(startedAt) }),
      ...(finishedAt !== undefined && { finishedAt: moment(finishedAt) }),
      ...(nextRetryAt !== undefined && { nextRetryAt: moment(nextRetryAt) }),
      ...(progress !== undefined && { progress }),
    },
  };
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
