import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import { signalNumber } from '../../resource/cell/signal.ts';
import type { WorkloadStatus } from '../../resource/workload/workload.ts';
import { containerRevision } from './container.ts';
import { causeOfEnd, describeEnd, describeStop, KILLED } from './end-cause.ts';
import type { Exit } from './exit.ts';
import { exitOf } from './out-of-memory.ts';
import { settle, withoutOldExit } from './settle.ts';
import type { StatusClock } from './status-clock.ts';
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

/** How long the program may take to end by itself: no time if its stop signal is SIGKILL. */
function patienceMs(record: ContainerRecord, before: WorkloadStatus): number {
  return signalNumber(record.spec.stopSignal) === SIGKILL ? 0 : graceMs(record, before);
}

/** The status of a container whose process has ended. Pure. */
export function statusOfEnd(
  record: ContainerRecord,
  before: WorkloadStatus,
  seen: ContainerSeen,
  clock: StatusClock,
): WorkloadStatus {
  const finishedAt = seen.exitedAt ?? clock.now;
  const exit = exitOf(seen, clock);
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
  const unhealthy = isUnhealthy ? before.message : undefined;
  const { endCause, how } = causeOfEnd(seen, { exit, unhealthy, spec: record.spec });
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

/** The status of a container without a process, whose end was not observed. Pure. */
export function statusWithoutTask(record: ContainerRecord, before: WorkloadStatus): WorkloadStatus {
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

/** The runtime kills a container in creation when its client dies: that is no failure of the workload. */
function isCutOff({ spec }: ContainerRecord, before: WorkloadStatus, exit: Exit): boolean {
  const isEnding = before.phase === 'running' || before.phase === 'stopped';
  const isKilled = exit.exitCode === KILLED && exit.oomKilled !== true;
  return isKilled && !isEnding && isRestarted(spec.restartPolicy, 'Lost');
}
