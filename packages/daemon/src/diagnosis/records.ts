import type { CellRecord, ScopeRecord } from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';
import type { Scopes } from '../store/scopes.ts';

export interface StoredRecords {
  readonly scopes: Pick<Scopes, 'list'>;
  readonly cells: Pick<Cells, 'list'>;
  readonly addresses: Pick<Addresses, 'get'>;
}

/** The owners of everything that a capsule keeps outside of its store. */
export interface Owners {
  readonly scopes: readonly ScopeRecord[];
  readonly cells: readonly CellRecord[];
}

/**
 * Runs `look` and returns its result with the records from before and after it: a thing that was made or removed
 * meanwhile has an owner.
 */
export async function withOwners<T>(
  { scopes, cells }: Pick<StoredRecords, 'scopes' | 'cells'>,
  look: () => Promise<T>,
): Promise<{ readonly found: T; readonly owners: Owners }> {
  const before = { scopes: scopes.list(), cells: cells.list() };
  const found = await look();
  return {
    found,
    owners: {
      scopes: [...before.scopes, ...scopes.list()],
      cells: [...before.cells, ...cells.list()],
    },
  };
}
