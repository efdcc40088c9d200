import type { ReportedWorkload } from '@capsule/api';

/** How a workload stands against the wish that was applied. */
export type WorkloadOutcome = 'waiting' | 'ready' | 'failed';

export interface AppliedWish {
  /** The generation that the apply made, or left. */
  readonly generation: number;
  /** The first state seen after it; older failures are known by it. */
  readonly first: ReportedWorkload;
}

/**
 * Pure. Ready: it runs as wished, or is stopped as wished, or ran and ended well. Failed: this wish
 * could not be fulfilled; the capsule goes on trying, and nobody should wait for that.
 */
export function workloadOutcome(
  { generation, first }: AppliedWish,
  { desired, status }: ReportedWorkload,
): WorkloadOutcome {
  const isAboutThisWish = status.observedGeneration >= generation;
  if (desired === 'stopped') return status.phase === 'stopped' ? 'ready' : 'waiting';
  if (status.phase === 'running' && isAboutThisWish) return 'ready';
  if (status.phase === 'failed' && isAboutThisWish) return 'failed';
  if (status.phase === 'pending' && isAboutThisWish && status.exitCode === 0) {
    return status.reason === 'BackOff' ? 'ready' : 'waiting';
  }
  // The old one still runs, and the new one cannot be brought up.
  const hasFailedAnew =
    status.phase === 'running' &&
    status.nextRetryAt !== undefined &&
    status.nextRetryAt !== first.status.nextRetryAt;
  return hasFailedAnew ? 'failed' : 'waiting';
}
