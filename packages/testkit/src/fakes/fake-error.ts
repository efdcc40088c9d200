import { CapsuleError, type ErrorKind } from '@capsule/core';

/** An error as a driver would make it; the drivers' own tables are out of the testkit's reach. */
export function fakeError(code: string, kind: ErrorKind, message: string): CapsuleError {
  return new CapsuleError({ code, kind, message });
}
