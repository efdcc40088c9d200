import { isCapsuleError } from '../../error/capsule-error.ts';

/** The states of a workload, one word each. Forbidden transitions are in `plan/container/status-transitions.ts`. */
export const STATUS_STATES = [
  /** Stored, and nothing was done for it yet. */
  'Accepted',
  /** A requested run begins. */
  'Starting',
  /** A requested run begins in the place of one that ended for it. */
  'Restarting',
  /** The container was made for an earlier spec. */
  'Replacing',
  /** Ready to start, but for others that it depends on. */
  'WaitingForDependency',
  /** The process runs; its health, if it is asked for, is not known yet. */
  'Running',
  'Ready',
  'Unhealthy',
  /** It stands still, with everything that it has. */
  'Paused',
  /** A microVM runs, and its agent does not answer. */
  'AgentSilent',
  /** It ended by itself, and another run follows after a pause. */
  'BackOff',
  /** It ended by itself, well or not, and no other run follows. */
  'Completed',
  'Failed',
  /** It ran, and its end was not observed. */
  'Lost',
  /** It ended as asked: by itself, or because it was killed when its time was over. */
  'Stopped',
  'Killed',
  /** An earlier spec has come back, in the place of one that was not ready in time. */
  'RolledBack',
  /** A tombstone. */
  'Deleting',
] as const;

export type StatusState = (typeof STATUS_STATES)[number];

/** The code of the error that the last try failed with. Codes have a prefix; no state holds a `_`. */
export type FailureCode = 'INTERNAL' | `${string}_${string}`;

export type StatusReason = StatusState | FailureCode;

/** The code that a status shows for an error. Pure. */
export function failureCodeOf(error: unknown): FailureCode {
  // Every code is made by `defineErrors`, of a prefix and a key.
  return isCapsuleError(error) ? (error.code as FailureCode) : 'INTERNAL';
}

export function isFailureCode(reason: StatusReason): reason is FailureCode {
  return reason === 'INTERNAL' || reason.includes('_');
}
