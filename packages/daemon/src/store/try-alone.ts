import { type CapsuleError, isCapsuleError } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** A result, or the failure that prevented it. */
export type Tried<T> = { readonly result: T } | { readonly error: CapsuleError };

/**
 * Rolls back a failure alone and returns it. A failure of the store itself rolls back everything:
 * otherwise half of an apply would be stored, and no controller would work on it.
 */
export function tryAlone<T>(db: Pick<Database, 'transaction'>, work: () => T): Tried<T> {
  try {
    return { result: db.transaction(work) };
  } catch (error) {
    if (!isCapsuleError(error) || error.code.startsWith('STORE_')) throw error;
    return { error };
  }
}
