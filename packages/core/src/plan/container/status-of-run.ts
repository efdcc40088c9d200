import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { HealthState } from '../../resource/cell/health-check.ts';
import { describePause, type PauseReason } from '../../resource/cell/pause.ts';
import type { StatusReason } from '../../resource/workload/status-reason.ts';
import type { WorkloadStatus } from '../../resource/workload/workload.ts';
import { containerRevision } from './container.ts';
import { UNHEALTHY } from './end-cause.ts';
import { settle } from './settle.ts';
import type { StatusClock } from './status-clock.ts';

/** The status of a container whose process runs, or is paused. Pure. */
export function statusOfRun(
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

/** The state of a running container, by its health check. Pure. */
export function describeRunning(
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
