import {
  type CellId,
  type CellRecord,
  type ContainerRef,
  isCapsuleError,
  nameOfCell,
  type WorkloadStatus,
} from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';

export interface AddressClaimParts {
  readonly db: Database;
  readonly cells: Cells;
  readonly addresses: Addresses;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
}

/**
 * Returns the stored record of a cell, after it claims an address of the bridge for a cell that
 * needs one: the bridge may have another network than when the cell was applied. A running cell
 * then gets a new run; a microVM, which gets its address at creation, a new revision. Returns
 * undefined if the cell does not exist. Fails with `ADDRESS_EXHAUSTED`. Idempotent.
 */
export function claimAddress(
  cell: CellId,
  { db, cells, addresses, statusOf }: AddressClaimParts,
): CellRecord | undefined {
  const record = cells.get(cell);
  if (record === undefined || !isUnplaced(record, addresses)) return record;
  return db.transaction(() => {
    addresses.claim(cell);
    const { spec, desired, containers } = record;
    const isNewRevision = spec.kind === 'microVm';
    const isRunning = containers.some(({ ref }) => statusOf(ref).phase === 'running');
    const isNewRun = desired === 'running' && isRunning;
    if (isNewRevision || isNewRun) cells.beginAnother(cell, { isNewRevision, isNewRun });
    return cells.get(cell);
  });
}

/**
 * Claims addresses for all cells at the start. Logs each cell that cannot have one, and continues.
 */
export function claimAddresses(parts: AddressClaimParts & { readonly log: Log }): void {
  for (const { id } of parts.cells.list()) {
    try {
      claimAddress(id, parts);
    } catch (error) {
      if (!isCapsuleError(error)) throw error;
      parts.log.warn('workload has no address', { name: nameOfCell(id), error });
    }
  }
}

function isUnplaced({ id, spec, desired }: CellRecord, addresses: Addresses): boolean {
  if (spec.networkMode !== 'bridge' || desired === 'deleting') return false;
  return addresses.get(id) === undefined;
}
