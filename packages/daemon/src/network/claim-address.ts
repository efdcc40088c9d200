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
 * The stored record of a cell, after it has an address of the bridge where it needs one: the network of
 * the bridge may be another than the one it was applied in. Such a one that runs is due for another run, and
 * a machine, which knows its address from its making, for another making. Undefined when there is no such
 * cell. Fails with `ADDRESS_EXHAUSTED`. Idempotent.
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

/** Does so for all, at the start; one that cannot have an address is logged, and keeps no other from its own. */
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
