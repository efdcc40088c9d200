import type {
  CellContainer,
  ContainerRecord,
  RestartPolicy,
} from '../../resource/cell/container.ts';
import type { StatusReason, StatusState } from '../../resource/workload/status-reason.ts';
import type { WorkloadStatus } from '../../resource/workload/workload.ts';

/** Reasons of a status whose run has come to an end of its own. */
export type EndReason = Extract<StatusState, 'Completed' | 'Failed' | 'Lost'>;

/** Whether a run that ended like this is followed by another. Pure. */
export function isRestarted(policy: RestartPolicy, end: EndReason): boolean {
  if (policy === 'never') return false;
  return policy !== 'onFailure' || end !== 'Completed';
}

/** True when an operator has requested a start or restart that has not begun yet. Pure. */
export function isRunDue(record: ContainerRecord, status: WorkloadStatus): boolean {
  return status.observedRun < record.run;
}

/** True when the requested run is over, and its policy wants no other. Pure. */
export function isRunOver(record: ContainerRecord, status: WorkloadStatus): boolean {
  if (isRunDue(record, status) || !isEnd(status.reason)) return false;
  return (
    !isRestarted(record.spec.restartPolicy, status.reason) ||
    (status.reason !== 'Lost' && hasNoRetries(record, status.restartStreak))
  );
}

/** True when so many restarts in a row have ended that no other follows. Pure. */
export function hasNoRetries(
  { spec: { restartMaxRetries } }: Pick<ContainerRecord, 'spec'>,
  restartStreak: number,
): boolean {
  return restartMaxRetries !== undefined && restartStreak >= restartMaxRetries;
}

function isEnd(reason: StatusReason): reason is EndReason {
  return reason === 'Completed' || reason === 'Failed' || reason === 'Lost';
}

/** The condition that dependents of a workload wait for: it is ready, or its job is done. Pure. */
export function isSettled(
  record: ContainerRecord,
  status: WorkloadStatus,
  isReady: (status: WorkloadStatus) => boolean,
): boolean {
  if (record.desired !== 'running' || isRunDue(record, status)) return false;
  return isReady(status) || (status.reason === 'Completed' && isRunOver(record, status));
}

/** The container is stopped when its health check has failed for good. Pure. */
export function isStoppedForHealth(
  spec: Pick<CellContainer, 'healthCheck'>,
  status: Pick<WorkloadStatus, 'health'>,
): boolean {
  return status.health === 'unhealthy' && spec.healthCheck?.onFailure === 'restart';
}

/**
 * How long the container may take to end now. The grace that a restart was asked for with is that of the run
 * it ends, and of no later stop. Pure.
 */
export function graceMs(record: ContainerRecord, status: WorkloadStatus): number {
  const isAskedFor = record.desired !== 'running' || isRunDue(record, status);
  const usualMs = record.spec.stopGraceSeconds * 1000;
  return isAskedFor ? (record.stopGraceMs ?? usualMs) : usualMs;
}
