import { ERROR_KINDS, isCapsuleError } from '@capsule/core';
import { Interruption } from './context/interruption.ts';

/** The exit code of a failure: by its kind, as `docs/reference` promises. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.exitCode;
  return isCapsuleError(error) ? ERROR_KINDS[error.kind].exit : 1;
}
