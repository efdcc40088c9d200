import { type CapsuleError, isCapsuleError } from '@capsule/core';

/** Result for one resource; undefined if nothing was done with it. */
export type Outcome<Applied> =
  | { readonly applied: Applied }
  | { readonly error: CapsuleError }
  | undefined;

export function isRefused(outcome: Outcome<unknown>): boolean {
  return outcome !== undefined && 'error' in outcome;
}

/** Keeps a refusal and replaces any other outcome by undefined. */
export function refusedOnly<Applied>(outcome: Outcome<Applied>): Outcome<Applied> {
  return isRefused(outcome) ? outcome : undefined;
}

/** Turns a refusal into an outcome and rethrows any other failure. */
export function refusal(error: unknown): { readonly error: CapsuleError } {
  if (!isCapsuleError(error)) throw error;
  return { error };
}

export async function outcomeOf<Applied>(
  work: () => Promise<Applied | undefined>,
): Promise<Outcome<Applied>> {
  try {
    const applied = await work();
    return applied === undefined ? undefined : { applied };
  } catch (error) {
    return refusal(error);
  }
}

/** Runs `work` for one after the other and returns all outcomes. */
export async function inTurn<Desired, Applied>(
  desired: readonly Desired[],
  work: (one: Desired) => Promise<Applied | undefined>,
): Promise<readonly Outcome<Applied>[]> {
  const outcomes: Outcome<Applied>[] = [];
  for (const one of desired) outcomes.push(await outcomeOf(() => work(one)));
  return outcomes;
}

/** Runs `work` for one after the other and stops after the first refusal. */
export async function untilFailure<Desired, Applied>(
  desired: readonly Desired[],
  work: (one: Desired) => Promise<Applied>,
): Promise<readonly Outcome<Applied>[]> {
  const outcomes: Outcome<Applied>[] = [];
  for (const one of desired) {
    const outcome = await outcomeOf(() => work(one));
    outcomes.push(outcome);
    if (isRefused(outcome)) break;
  }
  return outcomes;
}
