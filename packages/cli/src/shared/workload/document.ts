import type { ReportedWorkload } from '@capsule/api/wire';
import { hasFlatForm, manifestFromWorkload, refOfWorkload } from '@capsule/core';
import { KINDS } from '@capsule/core/manifest';

/**
 * A workload as a manifest with what the capsule adds to it: `get -o yaml | apply -f -` changes
 * nothing, as apply reads over the keys behind the block of the kind.
 */
export function workloadDocument(workload: ReportedWorkload): object {
  const { status } = workload;
  const { progress, startedAt, finishedAt, nextRetryAt, phase, hint, ...plain } = status;
  return {
    ...manifestOf(workload),
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

/** A spec with a field that the flat form does not have is printed as the container that it is. */
function manifestOf({ spec }: ReportedWorkload): object {
  if (hasFlatForm(spec)) return manifestFromWorkload(spec);
  const { name } = spec;
  return KINDS.container.print({ name, ref: refOfWorkload(name), isRoot: true, spec });
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
