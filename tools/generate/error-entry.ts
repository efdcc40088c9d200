import type { ErrorKind, ErrorRow, ErrorTable, Remedy } from '@capsule/core';
import { anyFacts } from './placeholder.ts';

/** An error as the reference explains it: facts are shown as `<name>`. */
export interface ErrorEntry {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly why?: string;
  readonly fix?: Remedy;
}

/** Returns the errors of a table, in the order of its rows. */
export function entriesOf({ prefix, rows }: ErrorTable): readonly ErrorEntry[] {
  return Object.entries(rows).map(([key, row]) => entryOf(`${prefix}_${key}`, row));
}

function entryOf(code: string, { kind, message, why, hint }: ErrorRow<unknown>): ErrorEntry {
  const reason = made(why);
  const fix = made<string | Remedy>(hint);
  return {
    code,
    kind,
    message: message(anyFacts),
    ...(reason !== undefined && { why: reason }),
    ...(fix !== undefined && { fix: typeof fix === 'object' ? fix : { text: fix, actions: [] } }),
  };
}

function made<Part>(part: Part | ((facts: unknown) => Part) | undefined): Part | undefined {
  return part instanceof Function ? part(anyFacts) : part;
}
