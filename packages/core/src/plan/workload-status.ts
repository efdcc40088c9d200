import type { ContainerSeen } from '../port/container-runtime.ts';
import type { WorkloadRecord, WorkloadStatus } from '../resource/workload.ts';
import { workloadRevision } from './workload.ts';

/** A run this long counts as healthy: the next failure begins the back-off anew. */
const HEALTHY_AFTER_MS = 10 * 60_000;

export const FIRST_STATUS: WorkloadStatus = {
  phase: 'pending',
  reason: 'Accepted',
  message: 'waiting to be brought up',
  observedGeneration: 0,
  restartCount: 0,
  restartStreak: 0,
  observedRun: 0,
};

export interface StatusClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long to wait before the n-th restart in a row. */
  readonly backOffMs: (streak: number) => number;
}

/**
 * The status after looking at the container. An exit is counted once, however often it is seen.
 * Answers `before` itself when nothing changed. Pure.
 */
export function statusFromSeen(
  record: WorkloadRecord,
  before: WorkloadStatus,
  seen: ContainerSeen | undefined,
  clock: StatusClock,
): WorkloadStatus {
  if (record.desired === 'deleting') {
    if (before.reason === 'Deleting') return before;
    return settle(before, { phase: 'stopped', reason: 'Deleting', message: 'being deleted' });
  }
  if (seen === undefined || seen.task === 'none' || seen.task === 'created') {
    return withoutTask(record, before);
  }
  if (seen.task === 'unknown') return before;
  return seen.task === 'stopped'
    ? ended(record, before, seen, clock)
    : running(record, before, seen, clock);
}

/** The status once nothing is left to do: what was said of a try that failed is over. Pure. */
export function statusWhenFulfilled(before: WorkloadStatus): WorkloadStatus {
  if (before.phase !== 'running' || before.reason === 'Running') return before;
  const { nextRetryAt: _retry, ...rest } = before;
  return { ...rest, reason: 'Running', message: 'running' };
}

function withoutTask(record: WorkloadRecord, before: WorkloadStatus): WorkloadStatus {
  if (record.desired === 'stopped') {
    if (before.reason === 'Stopped') return before;
    return settle(before, { phase: 'stopped', reason: 'Stopped', message: 'stopped on request' });
  }
  if (before.phase === 'running') {
    return settle(before, {
      phase: 'pending',
      reason: 'Lost',
      message: 'being brought up again',
      restartCount: before.restartCount + 1,
    });
  }
  return before.reason === 'BackOff' ? replaced(record, before) : before;
}

/** What ended was made for an older wish: no failure of this one, and nothing to wait for. */
function replaced(record: WorkloadRecord, before: WorkloadStatus): WorkloadStatus {
  if (before.reason === 'Replacing') return before;
  if (before.phase !== 'running' && before.observedGeneration >= record.generation) return before;
  return settle(before, {
    phase: 'pending',
    reason: 'Replacing',
    message: 'being replaced as applied',
    restartStreak: 0,
  });
}

function running(
  record: WorkloadRecord,
  before: WorkloadStatus,
  seen: ContainerSeen,
  clock: StatusClock,
): WorkloadStatus {
  const observedGeneration =
    seen.revision === workloadRevision(record) ? record.generation : before.observedGeneration;
  const isSameRun = before.phase === 'running' && before.pid === seen.pid;
  if (isSameRun && before.observedGeneration === observedGeneration) return before;
  return settle(before, {
    phase: 'running',
    reason: 'Running',
    message: 'running',
    observedGeneration,
    containerId: seen.id,
    imageDigest: seen.imageDigest,
    startedAt: isSameRun ? (before.startedAt ?? clock.now) : clock.now,
    ...(seen.pid === undefined ? {} : { pid: seen.pid }),
  });
}

function ended(
  record: WorkloadRecord,
  before: WorkloadStatus,
  seen: ContainerSeen,
  clock: StatusClock,
): WorkloadStatus {
  if (record.desired === 'stopped') return withoutTask(record, before);
  if (seen.revision !== workloadRevision(record)) return replaced(record, before);
  const finishedAt = seen.exitedAt ?? clock.now;
  if (before.finishedAt === finishedAt) return before;
  const exitCode = seen.exitCode ?? 255;
  const ranMs = finishedAt - (before.startedAt ?? finishedAt);
  const restartStreak = ranMs >= HEALTHY_AFTER_MS ? 1 : before.restartStreak + 1;
  return settle(before, {
    phase: exitCode === 0 ? 'pending' : 'failed',
    reason: 'BackOff',
    message: `${describeExit(exitCode)}; will be restarted`,
    observedGeneration: record.generation,
    finishedAt,
    exitCode,
    restartStreak,
    restartCount: before.restartCount + 1,
    nextRetryAt: clock.now + clock.backOffMs(restartStreak),
  });
}

function describeExit(exitCode: number): string {
  return exitCode > 128 && exitCode < 160
    ? `ended by signal ${exitCode - 128}`
    : `ended with exit code ${exitCode}`;
}

function settle(before: WorkloadStatus, change: Partial<WorkloadStatus>): WorkloadStatus {
  const { pid: _pid, progress: _progress, nextRetryAt: _retry, ...rest } = before;
  return { ...rest, ...change };
}
