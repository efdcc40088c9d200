/** A trial without a confirmation ends after this time, counted on the monotonic clock from the boot. */
export const TRIAL_SECONDS = 600;

/** The state of a running trial. All times in seconds of the monotonic clock. */
export interface TrialSeen {
  readonly now: number;
  /** When the trial ends. */
  readonly deadline: number;
  /** Since when everything has been healthy without a break; undefined: something is not. */
  readonly healthySince?: number;
  /** Why the system is not healthy now. */
  readonly sickness?: string;
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
  const { now, deadline, healthySince, autoConfirmSeconds } = seen;
  const confirmsAt =
    healthySince === undefined || autoConfirmSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : healthySince + autoConfirmSeconds;
  if (confirmsAt <= Math.min(now, deadline)) return { kind: 'confirm' };
  if (now >= deadline) return { kind: 'roll-back', reason: reasonOf(seen) };
  return { kind: 'wait', seconds: Math.min(confirmsAt, deadline) - now };
}

function reasonOf({ autoConfirmSeconds, healthySince, sickness }: TrialSeen): string {
  if (autoConfirmSeconds === undefined) return 'the operator did not confirm the update in time';
  return healthySince === undefined
    ? `the new system was not healthy when its time was over: ${sickness ?? 'unknown'}`
    : `the new system was not healthy for ${autoConfirmSeconds} s before its time was over`;
}
