import type { ErrorKind } from './kinds.ts';
import type { RemedyAction } from './remedy.ts';

/** The parts of a failure, for people and for programs. */
export interface ErrorParts {
  /** Permanent, machine-readable: `VOLUME_IN_USE`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** The fault in one line, with the name of the object. */
  readonly message: string;
  /** Why it happened, where that is not plain from the message. */
  readonly why?: string | undefined;
  /** The next action to take. */
  readonly hint?: string | undefined;
  /** The actions that the hint names; each program shows them in its own commands. */
  readonly actions?: readonly RemedyAction[];
  /** Typed facts, for logs and tests; never secrets. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The one error class of the project. Make instances through `defineErrors`. */
export class CapsuleError extends Error {
  override readonly name = 'CapsuleError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly actions: readonly RemedyAction[];
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.kind = parts.kind;
    this.why = parts.why;
    this.hint = parts.hint;
    this.actions = parts.actions ?? [];
    this.facts = parts.facts ?? {};
  }

  /** The section of the reference that explains the code. */
  get link(): string {
    return `docs/reference/errors.md#${this.code.toLowerCase()}`;
  }
}

/** Recognises our errors by shape, so that two copies of this module agree. */
export function isCapsuleError(value: unknown): value is CapsuleError {
  return (
    value instanceof Error &&
    value.name === 'CapsuleError' &&
    typeof (value as { code?: unknown }).code === 'string' &&
    typeof (value as { kind?: unknown }).kind === 'string'
  );
}

/** True for a failure that says "there is no such thing". */
export function isNotFound(value: unknown): boolean {
  return isCapsuleError(value) && value.kind === 'notFound';
}
