import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { StatusReason, StatusState } from '../../resource/workload/status-reason.ts';
import type { EndCause, WorkloadStatus } from '../../resource/workload/workload.ts';
import { describeExit, type Exit } from './exit.ts';

/** 128 and the number of SIGKILL. */
export const KILLED = 137;

/** Of a run that ended by itself. */
export type EndState = Extract<StatusState, 'BackOff' | 'Completed' | 'Failed'>;

export function isEndState(reason: StatusReason): reason is EndState {
  return reason === 'BackOff' || reason === 'Completed' || reason === 'Failed';
}

/** One line for people. Pure. */
export function describeEnd(state: EndState, how: string): string {
  return state === 'BackOff' ? `${how}; will be restarted` : how;
}

/** What ended it, and how that is said. Pure. */
export function causeOfEnd(
  { fault }: ContainerSeen,
  exit: Exit,
  isUnhealthy: boolean,
): { readonly endCause: EndCause; readonly how: string } {
  if (isUnhealthy) return { endCause: 'health', how: 'stopped since its health check failed' };
  if (fault !== undefined) return { endCause: 'fault', how: fault };
  return { endCause: 'exit', how: describeExit(exit) };
}

/** A program that had to be killed is told apart from one that heeded. */
export function describeStop(
  allowedMs: number,
  exit: Exit,
  finishedAt: number,
): Partial<WorkloadStatus> {
  const observed = { finishedAt, ...exit };
  if (exit.exitCode !== KILLED || allowedMs === 0) return observed;
  const message = `killed: it did not end within ${allowedMs / 1000} s`;
  return { ...observed, reason: 'Killed', message };
}
