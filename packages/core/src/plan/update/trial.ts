/** A trial without a confirmation ends after this time, counted on the monotonic clock from the boot. */
export const TRIAL_SECONDS = 600;

/** A system that has not been well for this time without a break goes back before the trial ends. */
export const SICK_SECONDS = 150;

/** The state of a running trial. All times in seconds of the monotonic clock. */
export interface TrialSeen {
  readonly now: number;
  /** When the trial ends. */
  readonly deadline: number;
  /** Since when everything has been healthy without a break; undefined: something is not. */
  readonly healthySince?: number;
  /** Why the system is not healthy now, and since when it has not been without a break. */
  readonly sickness?: string;
  readonly sickSince?: number;
  /** Undefined: the operator confirms. */
  readonly autoConfirmSeconds?: number;
}

/** The next act of a trial. `wait`: nothing can change by itself for this many seconds. */
export type TrialStep =
  | { readonly kind: 'confirm' }
  | { readonly kind: 'roll-back'; readonly reason: string }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Health that has lasted long enough confirms, also in the very second of the deadline. Pure. */
export function judgeTrial(seen: TrialSeen): TrialStep {
  const { now, deadline, healthySince, sickSince, autoConfirmSeconds } = seen;
  const confirmsAt = later(healthySince, autoConfirmSeconds);
  const endsAt = Math.min(deadline, later(sickSince, SICK_SECONDS));
  if (confirmsAt <= Math.min(now, deadline)) return { kind: 'confirm' };
  if (now >= endsAt) return { kind: 'roll-back', reason: reasonOf(seen) };
  return { kind: 'wait', seconds: Math.min(confirmsAt, endsAt) - now };
}

/** Never, where either is absent. */
function later(since: number | undefined, seconds: number | undefined): number {
  return since === undefined || seconds === undefined ? Number.POSITIVE_INFINITY : since + seconds;
}

function reasonOf({ autoConfirmSeconds, sickness }: TrialSeen): string {
  if (sickness !== undefined) return `the new system was not healthy: ${sickness}`;
  return autoConfirmSeconds === undefined
    ? 'the operator did not confirm the update in time'
    : `the new system was not healthy for ${autoConfirmSeconds} s before its time was over`;
}
