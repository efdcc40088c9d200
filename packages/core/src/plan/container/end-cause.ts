import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
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

const RESTARTS = '; will be restarted';

/** One line for people. Pure. */
export function describeEnd(state: EndState, how: string): string {
  return state === 'BackOff' ? `${how}${RESTARTS}` : how;
}

/** The way back from the message of a status: how the run ended, without what follows. Pure. */
export function causeFromMessage(message: string): string {
  return message.endsWith(RESTARTS) ? message.slice(0, -RESTARTS.length) : message;
}

/** The message of a status that is unhealthy begins with this; the last answer to the check follows. */
export const UNHEALTHY = 'its health check fails';

interface EndFacts extends Pick<ContainerRecord, 'spec'> {
  readonly exit: Exit;
  /** The message of the unhealthy status that the end puts an end to. */
  readonly unhealthy: string | undefined;
}

/** The cause of an end, and how it reads. Pure. */
export function causeOfEnd(
  { fault }: ContainerSeen,
  { exit, unhealthy, spec }: EndFacts,
): { readonly endCause: EndCause; readonly how: string } {
  if (unhealthy !== undefined) {
    const detail = unhealthy.startsWith(UNHEALTHY) ? unhealthy.slice(UNHEALTHY.length) : '';
    return { endCause: 'health', how: `stopped because its health check failed${detail}` };
  }
  if (fault !== undefined) return { endCause: 'fault', how: fault };
  return { endCause: 'exit', how: describeExit(exit, spec.resources.memoryBytes) };
}

/** Distinguishes a program that was killed from one that ended on the stop signal. */
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
