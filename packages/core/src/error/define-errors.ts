import { CapsuleError } from './capsule-error.ts';
import type { ErrorKind } from './kinds.ts';
import type { Remedy } from './remedy.ts';

/** One row of an error table. `F` are the facts the message is made from. */
export interface ErrorRow<F> {
  readonly kind: ErrorKind;
  readonly message: (facts: F) => string;
  readonly why?: string | ((facts: F) => string | undefined);
  /** One that names actions is made by `remedy`. */
  readonly hint?: string | Remedy | ((facts: F) => string | Remedy);
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes rows of different facts
type AnyRow = ErrorRow<any>;

type FactsOf<R> = R extends { message: (facts: infer F) => string } ? F : never;

type Makers<T extends Record<string, AnyRow>> = {
  readonly [K in keyof T]: ((facts: FactsOf<T[K]>, cause?: unknown) => CapsuleError) & {
    readonly code: string;
  };
};

/** Every table ever defined in this process: the reference page of errors is generated from it. */
export interface ErrorTable {
  readonly prefix: string;
  readonly rows: Readonly<Record<string, AnyRow>>;
}

/**
 * Makes the error constructors of one module. Codes are `PREFIX_KEY` and permanent.
 *
 *     const volumeError = defineErrors('VOLUME', { IN_USE: { kind: 'precondition', message: … } });
 *     throw volumeError.IN_USE({ volume, holder }, cause);
 */
export function defineErrors<const T extends Record<string, AnyRow>>(
  prefix: string,
  rows: T,
): Makers<T> & { readonly table: ErrorTable } {
  const makers: Record<string, unknown> = { table: { prefix, rows } };
  for (const [key, row] of Object.entries(rows)) {
    const code = `${prefix}_${key}`;
    const make = (facts: Record<string, unknown>, cause?: unknown) => {
      const hint = madeFrom(row.hint, facts);
      return new CapsuleError({
        code,
        kind: row.kind,
        message: row.message(facts),
        why: madeFrom(row.why, facts),
        ...(typeof hint === 'object' ? { hint: hint.text, actions: hint.actions } : { hint }),
        facts,
        cause,
      });
    };
    makers[key] = Object.assign(make, { code });
  }
  return makers as Makers<T> & { readonly table: ErrorTable };
}

function madeFrom<F, Part extends string | Remedy | undefined>(
  part: Part | ((facts: F) => Part) | undefined,
  facts: F,
): Part | undefined {
  return typeof part === 'function' ? part(facts) : part;
}
