import { isCapsuleError } from '@capsule/core';

/** Undefined where the capsule is older than the call. */
export async function unlessUnknown<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isCapsuleError(error) && error.code === 'API_CALL_UNKNOWN') return undefined;
    throw error;
  }
}
