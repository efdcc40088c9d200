import { isCapsuleError } from '../../error/capsule-error.ts';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { HealthState } from '../../resource/cell/health-check.ts';
import { describePause, type PauseReason } from '../../resource/cell/pause.ts';
import { signalNumber } from '../../resource/cell/signal.ts';
import { failureCodeOf, type StatusReason } from '../../resource/workload/status-reason.ts';
import type { RolledBack, WorkloadStatus } from '../../resource/workload/workload.ts';
import { containerRevision } from './container.ts';
import {
  causeOfEnd,
  describeEnd,
  describeStop,
  isEndState,
  KILLED,
  UNHEALTHY,
} from './end-cause.ts';
import { describeExit, type Exit, exitFromStatus } from './exit.ts';
import {
  graceMs,
  hasNoRetries,
  isRestarted,
  isRunDue,
  isStoppedForHealth,
} from './workload-run.ts';

const SIGKILL = 9;
/** A run this long counts as healthy: it resets the back-off. */
const HEALTHY_AFTER_MS = 10 * 60_000;

export const FIRST_STATUS: WorkloadStatus = {
  phase: 'pending',
  reason: 'Accepted',
  message: 'waiting for its first start',
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
  /** The kernel has just reported that the workload ran out of memory. */
  readonly isOutOfMemory: boolean;
  /** The reasons for which the container is paused. */
  readonly pausedBy: readonly PauseReason[];
  /** The current watcher has begun no start yet: a start under way was begun by a process that died. */
  readonly isNewWatch: boolean;
}

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
    return withoutTask(record, before);
  }
  if (seen.task === 'unknown') return before;
  return seen.task === 'stopped'
    ? ended(record, before, seen, clock)
    : running(record, before, seen, clock);
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

/** The kernel's word came after the exit that it explains. Pure. */
export function statusWhenOutOfMemory(before: WorkloadStatus, now: number): WorkloadStatus {
  const isLate =
    before.exitCode === KILLED &&
    before.oomKilled !== true &&
    // A clock that was set back makes an old exit one of the future.
    Math.abs(now - (before.finishedAt ?? 0)) < OOM_LATE_MS;
  if (!isLate) return before;
  const exit = exitFromStatus(KILLED, true);
  const { reason, endCause } = before;
  // A capsuled that stored no cause knew of no other.
  if ((endCause ?? 'exit') !== 'exit' || !isEndState(reason)) return { ...before, ...exit };
  return { ...before, ...exit, message: describeEnd(reason, describeExit(exit)) };
}

const OOM_LATE_MS = 5_000;

/** Applies the result of a health check of the current process. Pure. */
export function statusWhenProbed(
  before: WorkloadStatus,
  pid: number,
  { health, detail }: { readonly health: HealthState; readonly detail: string },
): WorkloadStatus {
  if (before.phase !== 'running' || before.pid !== pid) return before;
  const words = describeRunning(health);
  const message = detail === '' ? words.message : `${words.message}: ${detail}`;
  const isDetail = before.health === health;
  if (isDetail && (before.message === message || before.reason !== words.reason)) return before;
  return { ...before, ...words, message, health };
}

/** The process that runs now has stayed up for its `minReadySeconds`. Pure. */
export function statusWhenSettled(before: WorkloadStatus, pid: number): WorkloadStatus {
  if (before.settling !== true || before.pid !== pid) return before;
  const { settling: _settling, ...rest } = before;
  return rest;
}

function describeRunning(
  health: WorkloadStatus['health'],
): Pick<WorkloadStatus, 'reason' | 'message'> {
  if (health === 'starting') {
    return { reason: 'Running', message: 'running, but its health check has not passed yet' };
  }
  if (health === 'healthy')
    return { reason: 'Ready', message: 'running, and its health check passes' };
  if (health === 'unhealthy') return { reason: 'Unhealthy', message: UNHEALTHY };
  return { reason: 'Running', message: 'running' };
}

function withoutTask(record: ContainerRecord, before: WorkloadStatus): WorkloadStatus {
  if (record.desired === 'stopped') return stopped(before);
  if (before.phase === 'running') return lost(record, before);
  return before.reason === 'BackOff' ? replaced(record, before) : before;
}

function stopped(before: WorkloadStatus, exit?: Partial<WorkloadStatus>): WorkloadStatus {
  if (before.reason === 'Stopped' || before.reason === 'Killed') return before;
  const settled = exit === undefined ? settle : withoutOldExit;
  return settled(before, {
    phase: 'stopped',
    reason: 'Stopped',
    message: 'stopped on request',
    ...exit,
  });
}

/** Its end was not observed: the machine went down, or the runtime lost it. */
function lost(record: ContainerRecord, before: WorkloadStatus): WorkloadStatus {
  if (isRunDue(record, before)) return restarting(before);
  if (!isRestarted(record.spec.restartPolicy, 'Lost')) {
    const message = 'interrupted; not restarted, because restartPolicy is never';
    return settle(before, { phase: 'failed', reason: 'Lost', message });
  }
  return settle(before, {
    phase: 'pending',
    reason: 'Lost',
    message: 'being started again after an interruption',
    restartCount: before.restartCount + 1,
  });
}

/** The run that ended belonged to an older spec: it is no failure of this one, and starts no back-off. */
function replaced(record: ContainerRecord, before: WorkloadStatus): WorkloadStatus {
  if (before.reason === 'Replacing') return before;
  if (before.phase !== 'running' && before.observedGeneration >= record.generation) return before;
  return settle(before, {
    phase: 'pending',
    reason: 'Replacing',
    message: 'being replaced after a change',
    restartStreak: 0,
  });
}

/** The exit is noted, so that it does not count against the run that comes. */
function restarting(before: WorkloadStatus, exit?: Partial<WorkloadStatus>): WorkloadStatus {
  const isKnown = exit === undefined || before.finishedAt === exit.finishedAt;
  if (isKnown && before.phase !== 'running' && before.nextRetryAt === undefined) return before;
  const settled = exit === undefined ? settle : withoutOldExit;
  return settled(before, {
    ...exit,
    phase: 'pending',
    reason: 'Restarting',
    message: 'restarting on request',
    restartStreak: 0,
  });
}

function running(
  record: ContainerRecord,
  before: WorkloadStatus,
  seen: ContainerSeen,
  clock: StatusClock,
): WorkloadStatus {
  const isSameRun = before.phase === 'running' && before.pid === seen.pid;
  const isCurrent = seen.revision === containerRevision(record);
  // A change in place is fulfilled when no step is left: see `statusWhenFulfilled`.
  const observedGeneration =
    isCurrent && !isSameRun ? record.generation : before.observedGeneration;
  const health = healthOf(record, isSameRun ? before.health : undefined);
  const settling = isSettling(record, isSameRun ? before : undefined);
  const halt = describeHalt(seen, clock.pausedBy);
  const isSameHalt = HALTS.includes(before.reason)
    ? halt?.reason === before.reason && halt.message === before.message
    : halt === undefined;
  const isSame = before.health === health && (before.settling ?? false) === settling;
  if (isSameRun && isSame && isSameHalt) return before;
  return settle(before, {
    phase: 'running',
    ...(halt ?? describeRunning(health)),
    observedGeneration,
    containerId: seen.id,
    imageDigest: seen.imageDigest,
    startedAt: isSameRun ? (before.startedAt ?? clock.now) : clock.now,
    ...(health === undefined ? {} : { health }),
    ...(settling ? { settling } : {}),
    ...(seen.pid === undefined ? {} : { pid: seen.pid }),
  });
}

/** A run that has settled stays settled, whatever becomes of `minReadySeconds`. */
function isSettling(
  { spec: { healthCheck, minReadySeconds } }: ContainerRecord,
  before: WorkloadStatus | undefined,
): boolean {
  if (healthCheck !== undefined || minReadySeconds === 0) return false;
  return before === undefined || before.settling === true;
}

/** Reasons for which a running workload does no work. */
const HALTS: readonly StatusReason[] = ['Paused', 'AgentSilent'];

function describeHalt(
  { task, trouble }: ContainerSeen,
  pausedBy: readonly PauseReason[],
): Pick<WorkloadStatus, 'reason' | 'message'> | undefined {
  if (task === 'paused') return { reason: 'Paused', message: describePause(pausedBy) };
  return trouble === undefined ? undefined : { reason: 'AgentSilent', message: trouble };
}

function healthOf(
  { spec }: ContainerRecord,
  before: WorkloadStatus['health'],
): WorkloadStatus['health'] {
  return spec.healthCheck === undefined ? undefined : (before ?? 'starting');
}

/** How long the program may take to end by itself: no time if its stop signal is SIGKILL. */
function patienceMs(record: ContainerRecord, before: WorkloadStatus): number {
  return signalNumber(record.spec.stopSignal) === SIGKILL ? 0 : graceMs(record, before);
}

function ended(
  record: ContainerRecord,
  before: WorkloadStatus,
  seen: ContainerSeen,
  clock: StatusClock,
): WorkloadStatus {
  const finishedAt = seen.exitedAt ?? clock.now;
  const exit = exitFromStatus(
    seen.exitCode ?? 255,
    (clock.isOutOfMemory || seen.oomKilled === true) && seen.exitCode === KILLED,
  );
  if (record.desired === 'stopped')
    return stopped(before, describeStop(patienceMs(record, before), exit, finishedAt));
  if (seen.revision !== containerRevision(record)) return replaced(record, before);
  if (isRunDue(record, before)) return restarting(before, { finishedAt, ...exit });
  if (before.finishedAt === finishedAt) return before;
  if (clock.isNewWatch && isCutOff(record, before, exit)) {
    const message = 'being started again: its start was interrupted';
    const news = { phase: 'pending', reason: 'Starting', message, finishedAt, ...exit } as const;
    return withoutOldExit(before, news);
  }
  const isUnhealthy = isStoppedForHealth(record.spec, before);
  const observed = { observedGeneration: record.generation, finishedAt, ...exit };
  const end = exit.exitCode === 0 && !isUnhealthy ? 'Completed' : 'Failed';
  const { endCause, how } = causeOfEnd(seen, exit, isUnhealthy ? before.message : undefined);
  const ranMs = finishedAt - (before.startedAt ?? finishedAt);
  const isExhausted = ranMs < HEALTHY_AFTER_MS && hasNoRetries(record, before.restartStreak);
  if (isExhausted || !isRestarted(record.spec.restartPolicy, end)) {
    const phase = end === 'Completed' ? 'stopped' : 'failed';
    const tries = isExhausted ? `; not restarted after ${before.restartStreak} restarts` : '';
    const message = `${describeEnd(end, how)}${tries}`;
    return withoutOldExit(before, { ...observed, endCause, phase, reason: end, message });
  }
  const restartStreak = ranMs >= HEALTHY_AFTER_MS ? 1 : before.restartStreak + 1;
  return withoutOldExit(before, {
    ...observed,
    endCause,
    phase: end === 'Completed' ? 'pending' : 'failed',
    reason: 'BackOff',
    message: describeEnd('BackOff', how),
    restartStreak,
    restartCount: before.restartCount + 1,
    nextRetryAt: clock.now + clock.backOffMs(restartStreak),
  });
}

/** The runtime kills a container in creation when its client dies: that is no failure of the workload. */
function isCutOff({ spec }: ContainerRecord, before: WorkloadStatus, exit: Exit): boolean {
  const isEnding = before.phase === 'running' || before.phase === 'stopped';
  const isKilled = exit.exitCode === KILLED && exit.oomKilled !== true;
  return isKilled && !isEnding && isRestarted(spec.restartPolicy, 'Lost');
}

function withoutOldExit(before: WorkloadStatus, change: Partial<WorkloadStatus>): WorkloadStatus {
  const { exitSignal: _signal, oomKilled: _oom, ...rest } = before;
  return settle(rest, change);
}

function settle(before: WorkloadStatus, change: Partial<WorkloadStatus>): WorkloadStatus {
  const { pid: _pid, progress: _progress, nextRetryAt: _retry, hint: _hint, ...rest } = before;
  const { health: _health, settling: _settling, endCause: _cause, ...kept } = rest;
  return { ...kept, ...change };
}
