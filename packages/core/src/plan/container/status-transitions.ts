import {
  isFailureCode,
  STATUS_STATES,
  type StatusReason,
  type StatusState,
} from '../../resource/workload/status-reason.ts';

/** The states of a workload, and `Refused` for the code of any error. */
type State = StatusState | 'Refused';

interface Ban {
  readonly from: readonly State[];
  readonly to: readonly State[];
}

const STATES: readonly State[] = [...STATUS_STATES, 'Refused'];
const UP: readonly State[] = ['Running', 'Ready', 'Unhealthy', 'Paused', 'AgentSilent'];
/** All states without a process; only `Refused` and `RolledBack` may hide a running one. */
const DOWN = except(STATES, [...UP, 'Refused', 'RolledBack']);

/**
 * Forbidden transitions. All others are allowed: a new request, a failed attempt, or a process that is seen to run or
 * to have ended can come in any state.
 */
const NEVER = {
  /** `Accepted` is the first state of an identity, and never a later one. */
  bornAgain: { from: STATES, to: ['Accepted'] },
  /** A tombstone stays one, even when the removal fails; a new workload of the same name begins with its own status. */
  risen: { from: ['Deleting'], to: except(STATES, ['Deleting', 'Refused']) },
  /** A workload that does not run cannot be lost. */
  lostWithoutRun: { from: DOWN, to: ['Lost'] },
  /** Health belongs to one process: a new process begins as running. */
  healthWithoutRun: { from: DOWN, to: ['Ready', 'Unhealthy'] },
  /** One stop has one outcome. */
  stoppedTwice: { from: ['Stopped', 'Killed'], to: ['Stopped', 'Killed'] },
} as const satisfies Readonly<Record<string, Ban>>;

export type IllegalTransition = keyof typeof NEVER;

/** Why a status never goes from one reason to another; undefined where it may, or stays. Pure. */
export function illegalTransition(
  before: StatusReason,
  after: StatusReason,
): IllegalTransition | undefined {
  if (before === after) return undefined;
  const [from, to] = [stateOf(before), stateOf(after)];
  const bans = Object.entries(NEVER) as [IllegalTransition, Ban][];
  return bans.find(([, ban]) => ban.from.includes(from) && ban.to.includes(to))?.[0];
}

function stateOf(reason: StatusReason): State {
  return isFailureCode(reason) ? 'Refused' : reason;
}

function except(states: readonly State[], left: readonly State[]): readonly State[] {
  return states.filter((state) => !left.includes(state));
}
