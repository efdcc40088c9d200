import type { ErrorKind, Remedy } from '@capsule/core';

/** The explanation of an error code; a fact of the message is shown as `<name>`. */
export interface ErrorEntry {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly why?: string;
  readonly fix?: Remedy;
}
