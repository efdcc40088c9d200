import type { FieldChange, WorkloadChange } from '@capsule/api';
import { isCapsuleError } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { retryAway } from '../stream/retry-away.ts';
import { type Change, changeOf } from './change.ts';

/** What the capsule made of one thing that was declared. */
export type DeclaredResult<Spec> =
  | { readonly spec: Spec; readonly change: Change; readonly fields: readonly FieldChange[] }
  | { readonly spec: Spec; readonly error: unknown };

interface Answer {
  readonly change: WorkloadChange;
  readonly fields: readonly FieldChange[];
}

/**
 * One after the other; one that is refused does not keep the others back, a capsule that cannot be
 * reached ends it all. The same wish again changes nothing, so a lost answer is asked for anew.
 */
export async function applyEach<Spec>(
  specs: readonly Spec[],
  apply: (spec: Spec) => Promise<Answer>,
  context: Context,
): Promise<readonly DeclaredResult<Spec>[]> {
  const results: DeclaredResult<Spec>[] = [];
  for (const spec of specs) {
    try {
      const { change, fields } = await retryAway(() => apply(spec), context);
      results.push({ spec, change: changeOf(change), fields });
    } catch (error) {
      context.signal.throwIfAborted();
      if (isCapsuleError(error) && error.kind === 'unavailable') throw error;
      results.push({ spec, error });
    }
  }
  return results;
}
