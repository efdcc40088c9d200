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
/** A process that runs may hide behind these two, and no other. */
const DOWN = except(STATES, [...UP, 'Refused', 'RolledBack']);

/**
 * What never follows what. Everything else may: whoever asks for something else, a try that fails, a process that is
 * seen to run or to have ended, comes in any state.
 */
const NEVER = {
  /** The first state of an identity is none of its later ones. */
  bornAgain: { from: STATES, to: ['Accepted'] },
  /** A tombstone stays one, also when the removal fails; a workload of the same name begins with a status of its own. */
  risen: { from: ['Deleting'], to: except(STATES, ['Deleting', 'Refused']) },
  /** What does not run is not lost. */
  lostWithoutRun: { from: DOWN, to: ['Lost'] },
  /** Health is a process's own: another one begins as running. */
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
