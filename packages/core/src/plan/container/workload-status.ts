import { isCapsuleError } from '../../error/capsule-error.ts';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import { failureCodeOf } from '../../resource/workload/status-reason.ts';
import type { RolledBack, WorkloadStatus } from '../../resource/workload/workload.ts';
import { settle } from './settle.ts';
import type { StatusClock } from './status-clock.ts';
import { statusOfEnd, statusWithoutTask } from './status-of-end.ts';
import { describeRunning, statusOfRun } from './status-of-run.ts';
import { isRunDue } from './workload-run.ts';

export const FIRST_STATUS: WorkloadStatus = {
  phase: 'pending',
  reason: 'Accepted',
  message: 'waiting for its first start',
  observedGeneration: 0,
  restartCount: 0,
  restartStreak: 0,
  observedRun: 0,
};

/**
 * Returns the status after an observation of the container. An exit is counted once, however often it is
 * seen. Returns `before` itself when nothing changed. Pure.
 */
export function statusFromSeen(
  record: ContainerRecord,
  before: WorkloadStatus,
  seen: ContainerSeen | undefined,
  clock: StatusClock,
): WorkloadStatus {
  if (record.desired === 'deleting') {
    if (before.reason === 'Deleting') return before;
    return settle(before, { phase: 'stopped', reason: 'Deleting', message: 'being deleted' });
  }
  if (seen === undefined || seen.task === 'none' || seen.task === 'created') {
    return statusWithoutTask(record, before);
  }
  if (seen.task === 'unknown') return before;
  return seen.task === 'stopped'
    ? statusOfEnd(record, before, seen, clock)
    : statusOfRun(record, before, seen, clock);
}

/** The status once nothing is left to do: what was said of a try that failed is over. Pure. */
export function statusWhenFulfilled(
  { generation }: ContainerRecord,
  before: WorkloadStatus,
): WorkloadStatus {
  const hasFailed = before.phase === 'running' && before.nextRetryAt !== undefined;
  if (!hasFailed && before.observedGeneration === generation) return before;
  const { nextRetryAt: _retry, hint: _hint, ...rest } = before;
  const words = hasFailed ? describeRunning(before.health) : {};
  return { ...rest, ...words, observedGeneration: generation };
}

/** The run that was asked for begins: older failures are over. Written before the process starts. Pure. */
export function statusWhenStarting(
  record: ContainerRecord,
  before: WorkloadStatus,
): WorkloadStatus {
  if (!isRunDue(record, before)) return before;
  return settle(before, {
    phase: 'pending',
    reason: 'Starting',
    message: 'being started',
    observedRun: record.run,
    restartStreak: 0,
  });
}

/** Reconciling failed and is retried at `nextRetryAt`; a running workload keeps phase `running`. Pure. */
export function statusWhenRefused(
  record: ContainerRecord,
  before: WorkloadStatus,
  error: unknown,
  nextRetryAt: number,
): WorkloadStatus {
  const reason = failureCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const { hint: _hint, ...kept } = before;
  const refused = { ...kept, reason, message, nextRetryAt, ...hintOf(error) };
  if (before.phase === 'running') return refused;
  // Nothing was tried yet that could have failed: the runtime is on its way back.
  const failed = reason === 'RUNTIME_UNAVAILABLE' ? 'pending' : 'failed';
  const phase = record.desired === 'deleting' ? before.phase : failed;
  const observedGeneration = record.generation;
  return { ...refused, phase, observedGeneration };
}

function hintOf(error: unknown): Pick<WorkloadStatus, 'hint'> {
  if (!isCapsuleError(error) || error.hint === undefined) return {};
  return { hint: { text: error.hint, actions: error.actions } };
}

/** An earlier spec has come back in the place of one that was not ready in time. Pure. */
export function statusWhenRolledBack(
  before: WorkloadStatus,
  rolledBack: RolledBack,
): WorkloadStatus {
  const { from, why } = rolledBack;
  const message = `generation ${from} was not ready in time: ${why}`;
  return { ...before, rolledBack, reason: 'RolledBack', message };
}

/** The start waits for others; `missing` are those of them that no workload has the name of. Pure. */
export function statusWhenWaiting(
  before: WorkloadStatus,
  waitingFor: readonly string[],
  missing: readonly string[] = [],
): WorkloadStatus {
  const message = [
    describeWait(waitingFor.filter((name) => !missing.includes(name))),
    describeMissing(missing),
  ]
    .filter((part) => part !== '')
    .join(', and ');
  if (before.reason === 'WaitingForDependency' && before.message === message) return before;
  return settle(before, { phase: 'pending', reason: 'WaitingForDependency', message });
}

function describeWait(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `waits until ${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} ready`;
}

function describeMissing(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `waits for ${names.join(' and ')}, which ${names.length > 1 ? 'do' : 'does'} not exist`;
}
