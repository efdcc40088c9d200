import type { ReportedWorkload } from '@capsule/api/wire';
import { isReady } from '@capsule/core';

/** States of a workload whose program has ended by itself. */
const ENDED: readonly string[] = ['BackOff', 'Failed'];

/** How a workload stands against what is waited for. */
export type WorkloadOutcome = 'waiting' | 'ready' | 'failed';

/** Looks at a state; `first` is the one that the wait began with. Pure. */
export type JudgeWorkload = (now: ReportedWorkload, first: ReportedWorkload) => WorkloadOutcome;

/**
 * For an apply. Ready: the capsule says so of this spec, or it is stopped as desired, or its program is done. Failed:
 * this spec cannot run, did not stay up, or gave way to an earlier one; the capsule keeps trying, and the wait ends.
 */
export const judgeApplied: JudgeWorkload = (workload, first) => {
  const { status } = workload;
  const { generation } = first;
  if (isRolledBack(workload, first)) return isBack(workload) ? 'failed' : 'waiting';
  if (workload.desired === 'stopped') return status.phase === 'stopped' ? 'ready' : 'waiting';
  if (status.observedGeneration >= generation) return judgeRun(workload);
  // The old one still runs, and the new one cannot be brought up.
  const hasFailedAgain =
    status.phase === 'running' &&
    status.nextRetryAt !== undefined &&
    status.nextRetryAt !== first.status.nextRetryAt;
  return hasFailedAgain && !mayComeBack(workload) ? 'failed' : 'waiting';
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

/** The generation that was applied has given way to an earlier one, which may still be on its way. Pure. */
export function isRolledBack({ status }: ReportedWorkload, first: ReportedWorkload): boolean {
  return status.rolledBack?.from === first.generation;
}

/** The restored spec is ready, or has failed as well. */
function isBack(workload: ReportedWorkload): boolean {
  const { status, generation } = workload;
  return status.observedGeneration >= generation && standing(workload) !== 'waiting';
}

function judgeRun(workload: ReportedWorkload): WorkloadOutcome {
  const outcome = standing(workload);
  return outcome === 'failed' && mayComeBack(workload) ? 'waiting' : outcome;
}

function standing(workload: ReportedWorkload): WorkloadOutcome {
  const { status } = workload;
  if (isReady(status) || status.reason === 'Completed') return 'ready';
  const isOver = status.reason === 'BackOff' && status.exitCode === 0;
  if (isOver && hasStayedUp(workload)) return 'ready';
  const isBad = isOver || status.phase === 'failed' || status.health === 'unhealthy';
  return isBad ? 'failed' : 'waiting';
}

/** Its program has ended by itself, and not because it was done. Pure. */
export function hasEnded({ status }: ReportedWorkload): boolean {
  return ENDED.includes(status.reason);
}

/** A program that was ready, ended well and is started again and again does what was asked of it. */
function hasStayedUp({ spec, status }: ReportedWorkload): boolean {
  const { startedAt, finishedAt } = status;
  if (spec.minReadySeconds === 0) return true;
  if (startedAt === undefined || finishedAt === undefined) return false;
  return finishedAt - startedAt >= spec.minReadySeconds * 1000;
}

/** An earlier spec may take its place: that is then the end of the wait. */
function mayComeBack({ spec, generation }: ReportedWorkload): boolean {
  return spec.updatePolicy === 'rollback' && generation > 1;
}
