import type { KindTable } from './kind.ts';

/** Things of a kind, those first whose kind is applied first; otherwise in their order. */
export function inApplyOrder<T extends { readonly kind: string }>(
  things: readonly T[],
  kinds: KindTable,
): readonly T[] {
  return Object.entries(kinds)
    .toSorted(([, a], [, b]) => a.applyOrder - b.applyOrder)
    .flatMap(([name]) => things.filter(({ kind }) => kind === name));
}
