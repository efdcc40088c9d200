import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { StatusReason } from '../../resource/workload/status-reason.ts';
import type { WorkloadEvent, WorkloadStatus } from '../../resource/workload/workload.ts';
import { causeFromMessage, isEndState } from './end-cause.ts';
import { describeExit, type Exit } from './exit.ts';

type News = Omit<WorkloadEvent, 'at'>;

const WARNINGS: readonly StatusReason[] = [
  'Failed',
  'Killed',
  'Lost',
  'Unhealthy',
  'BackOff',
  'Paused',
  'AgentSilent',
];

/** Returns the events that a change of status adds to a workload, in order. Pure. */
export function eventsOfChange(
  record: ContainerRecord,
  before: WorkloadStatus,
  after: WorkloadStatus,
): readonly News[] {
  const news: News[] = [];
  const exit = newExit(before, after);
  const isExpected = record.desired !== 'running';
  if (exit !== undefined) {
    const severity = exit.exitCode === 0 || isExpected ? 'normal' : 'warning';
    news.push({ severity, reason: 'Exited', message: howItEnded(record, after, exit), ...exit });
  }
  const isSame = before.reason === after.reason && before.message === after.message;
  if (!isSame && isSameWait(before, after)) return news;
  if (!isSame || before.pid !== after.pid) news.push(stateNews(record, after, exit));
  return news;
}

/** The exit code of a machine that died, or of a program that was stopped for its health, is not the cause. */
function howItEnded(
  { spec }: ContainerRecord,
  { endCause, reason, message }: WorkloadStatus,
  exit: Exit,
): string {
  const isExit = (endCause ?? 'exit') === 'exit' || !isEndState(reason);
  return isExit ? describeExit(exit, spec.resources.memoryBytes) : causeFromMessage(message);
}

/** Why a health check has not passed yet changes from probe to probe: the status has it, the story does not. */
function isSameWait(before: WorkloadStatus, after: WorkloadStatus): boolean {
  const isWaiting = before.health === 'starting' && after.health === 'starting';
  return isWaiting && before.pid === after.pid && before.reason === after.reason;
}

function stateNews(record: ContainerRecord, after: WorkloadStatus, exit: Exit | undefined): News {
  const { reason } = after;
  const isBad = after.phase === 'failed' || WARNINGS.includes(reason);
  const severity = isBad && exit?.exitCode !== 0 ? 'warning' : 'normal';
  return { severity, reason, message: stateMessage(record, after) };
}

/** An event of its own has reported the exit. */
function stateMessage({ spec }: ContainerRecord, after: WorkloadStatus): string {
  if (after.reason === 'BackOff') return `restart ${after.restartCount} follows after a back-off`;
  const policy = spec.restartPolicy === 'onFailure' ? 'on-failure' : spec.restartPolicy;
  if (after.reason === 'Completed') return `done; restart policy ${policy} does not start it again`;
  if (after.reason === 'Failed') return `${after.message}; restart policy ${policy}`;
  return after.message;
}

/** An exit that no event has reported yet, or of which more is known now. */
function newExit(before: WorkloadStatus, after: WorkloadStatus): Exit | undefined {
  const { exitCode, exitSignal, oomKilled } = after;
  if (exitCode === undefined) return undefined;
  if (before.finishedAt === after.finishedAt && before.oomKilled === oomKilled) return undefined;
  return {
    exitCode,
    ...(exitSignal === undefined ? {} : { exitSignal }),
    ...(oomKilled === undefined ? {} : { oomKilled }),
  };
}
