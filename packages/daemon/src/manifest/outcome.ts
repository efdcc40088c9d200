import { type CapsuleError, isCapsuleError } from '@capsule/core';

/** How one resource fared; undefined where nothing was done with it. */
export type Outcome<Applied> =
  | { readonly applied: Applied }
  | { readonly error: CapsuleError }
  | undefined;

export function isRefused(outcome: Outcome<unknown>): boolean {
  return outcome !== undefined && 'error' in outcome;
}

/** The refusal itself; nothing in the place of what was done. */
export function refusedOnly<Applied>(outcome: Outcome<Applied>): Outcome<Applied> {
  return isRefused(outcome) ? outcome : undefined;
}

/** A refusal is an outcome; every other failure passes through. */
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

/** All outcomes, one after the other. */
export async function inTurn<Wanted, Applied>(
  wanted: readonly Wanted[],
  work: (one: Wanted) => Promise<Applied | undefined>,
): Promise<readonly Outcome<Applied>[]> {
  const outcomes: Outcome<Applied>[] = [];
  for (const one of wanted) outcomes.push(await outcomeOf(() => work(one)));
  return outcomes;
}

/** The same, up to the first refusal. */
export async function untilFailure<Wanted, Applied>(
  wanted: readonly Wanted[],
  work: (one: Wanted) => Promise<Applied>,
): Promise<readonly Outcome<Applied>[]> {
  const outcomes: Outcome<Applied>[] = [];
  for (const one of wanted) {
    const outcome = await outcomeOf(() => work(one));
    outcomes.push(outcome);
    if (isRefused(outcome)) break;
  }
  return outcomes;
}
