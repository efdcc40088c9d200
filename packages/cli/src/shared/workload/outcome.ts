import type { ReportedWorkload } from '@capsule/api/wire';
import { isReady } from '@capsule/core';

/** How a workload stands against what is waited for. */
export type WorkloadOutcome = 'waiting' | 'ready' | 'failed';

/** Looks at a state; `first` is the one that the wait began with. Pure. */
export type JudgeWorkload = (now: ReportedWorkload, first: ReportedWorkload) => WorkloadOutcome;

/**
 * For an apply. Ready: it runs as specified and its health check passes, or it is stopped as specified, or
 * ran and ended well. Failed: this spec could not be fulfilled, or gave way to an earlier one; the
 * capsule goes on trying, and nobody should wait for that.
 */
export const judgeApplied: JudgeWorkload = (workload, first) => {
  const { status } = workload;
  const { generation } = first;
  if (status.rolledBack?.from === generation) return 'failed';
  if (workload.desired === 'stopped') return status.phase === 'stopped' ? 'ready' : 'waiting';
  if (status.observedGeneration >= generation) return judgeRun(workload);
  // The old one still runs, and the new one cannot be brought up.
  const hasFailedAnew =
    status.phase === 'running' &&
    status.nextRetryAt !== undefined &&
    status.nextRetryAt !== first.status.nextRetryAt;
  return hasFailedAnew && !mayComeBack(workload) ? 'failed' : 'waiting';
};

/** For a start or restart: the run that was asked for is ready, or could not be. */
export const judgeStarted: JudgeWorkload = (workload, first) => {
  if (workload.desired !== 'running') return 'failed';
  if (workload.status.observedRun >= first.run) return judgeRun(workload);
  const { phase, nextRetryAt } = workload.status;
  const isNews = nextRetryAt !== undefined && nextRetryAt !== first.status.nextRetryAt;
  return phase === 'failed' && isNews ? 'failed' : 'waiting';
};

export const judgeReady: JudgeWorkload = ({ desired, status }) =>
  desired === 'running' && isReady(status) ? 'ready' : 'waiting';

export const judgeStopped: JudgeWorkload = ({ status }) =>
  status.phase === 'stopped' ? 'ready' : 'waiting';

/** It is not running any more, or has ended once more since the wait began. */
export const judgeEnded: JudgeWorkload = ({ status }, first) => {
  if (status.exitCode === undefined) return 'waiting';
  const isOver = status.phase !== 'running' && status.phase !== 'pending';
  return isOver || status.finishedAt !== first.status.finishedAt ? 'ready' : 'waiting';
};

function judgeRun(workload: ReportedWorkload): WorkloadOutcome {
  const { status } = workload;
  if (isReady(status) || status.reason === 'Completed') return 'ready';
  if (status.phase === 'pending' && status.reason === 'BackOff' && status.exitCode === 0) {
    return 'ready';
  }
  const isBad = status.phase === 'failed' || status.health === 'unhealthy';
  return isBad && !mayComeBack(workload) ? 'failed' : 'waiting';
}

/** An earlier spec may take its place: that is then the end of the wait. */
function mayComeBack({ spec, generation }: ReportedWorkload): boolean {
  return spec.updatePolicy === 'rollback' && generation > 1;
}
