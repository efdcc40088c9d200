import { isCapsuleError, type WorkloadRecord, type WorkloadStatus } from '@capsule/core';
import type { Database, Log } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';

export interface AddressClaimParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly statusOf: (name: string) => WorkloadStatus;
}

/**
 * The stored record of a workload, after it has an address of the bridge where it needs one: the network of
 * the bridge may be another than the one it was applied in. Such a one that runs is due for another run, and
 * a machine, which knows its address from its making, for another making. Undefined when there is no such
 * workload. Fails with `ADDRESS_EXHAUSTED`. Idempotent.
 */
export function claimAddress(
  name: string,
  { db, specs, addresses, statusOf }: AddressClaimParts,
): WorkloadRecord | undefined {
  const record = specs.get(name);
  if (record === undefined || !isUnplaced(record, addresses)) return record;
  return db.transaction(() => {
    addresses.claim(record.ref.cell);
    const { spec, desired } = record;
    const isNewRevision = spec.kind === 'microVm';
    const isNewRun = desired === 'running' && statusOf(name).phase === 'running';
    if (isNewRevision || isNewRun) specs.update(spec, { desired, isNewRevision, isNewRun });
    return specs.get(name);
  });
}

/** Does so for all, at the start; one that cannot have an address is logged, and keeps no other from its own. */
export function claimAddresses(parts: AddressClaimParts & { readonly log: Log }): void {
  for (const { spec } of parts.specs.list()) {
    try {
      claimAddress(spec.name, parts);
    } catch (error) {
      if (!isCapsuleError(error)) throw error;
      parts.log.warn('workload has no address', { name: spec.name, error });
    }
  }
}

function isUnplaced({ ref, spec, desired }: WorkloadRecord, addresses: Addresses): boolean {
  if (spec.networkMode !== 'bridge' || desired === 'deleting') return false;
  return addresses.get(ref.cell) === undefined;
}
