import {
  type CellRecord,
  type ContainerRef,
  cellFromWorkload,
  containerKey,
  type HostPaths,
  isRunOver,
  type OwnAddresses,
  type PortListeners,
  portKey,
  type Resources,
  type WorkloadRecord,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@capsule/core';
import type { Addresses } from '../../store/addresses.ts';
import type { Cells } from '../../store/cells.ts';
import type { GoodSpecs } from '../../store/good-specs.ts';
import type { WorkloadSpecs } from '../../store/workload-specs.ts';
import type { VolumeRecords } from '../../volume/records.ts';
import { checkBindSources } from './check-bind-sources.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkLimits } from './check-limits.ts';
import { checkMemory } from './check-memory.ts';
import { checkPorts } from './check-ports.ts';
import { checkRootDisk } from './check-root-disk.ts';
import { type ApplyBatch, checkVolumes } from './check-volumes.ts';
import { claimsOf } from './claims.ts';

export interface AdmissionParts {
  readonly cells: Pick<Cells, 'list'>;
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly goods: GoodSpecs;
  readonly addresses: Addresses;
  readonly volumes: Pick<VolumeRecords, 'get' | 'inUse'>;
  readonly listeners: PortListeners;
  readonly ownAddresses: OwnAddresses;
  readonly hostPaths: HostPaths;
  /** Limits that this capsule can enforce. */
  readonly limits: ReadonlySet<keyof Resources>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  /** Folders of the capsule's volumes and disks: no workload may name a file in them. */
  readonly ownFolders: readonly string[];
  /** Least memory in MiB with which a microVM of an image boots on this capsule. */
  readonly leastMib: number;
}

/** The facts that changes which are applied together have in common. */
export interface AppliedTogether {
  readonly batch?: ApplyBatch;
  /** As `Admission.claims` returns them, once all of the changes are stored; absent: as they are now. */
  readonly others?: readonly WorkloadRecord[];
}

/**
 * Decides whether a workload may be stored as declared, for every change: an apply, a start, a
 * restart, a rollback. No other code does.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Checks a flat workload as `checkCell` does. */
  check(record: WorkloadRecord, before?: WorkloadRecord, together?: AppliedTogether): void {
    this.checkCell(cellFromWorkload(record), before && cellFromWorkload(before), together);
  }

  /** Returns all containers as they are stored. */
  claims(): readonly WorkloadRecord[] {
    return this.#parts.cells.list().flatMap(claimsOf);
  }

  /**
   * Checks the stored spec of a cell against all other records, and claims its address. `before` is
   * the record before this transaction, `together` describes the containers that are applied together. To be
   * called in the transaction that wrote the spec, and those of the batch. Fails with
   * `WORKLOAD_LIMIT_UNAVAILABLE`, `WORKLOAD_MEMORY_TOO_SMALL`, `WORKLOAD_PORT_*`,
   * `WORKLOAD_DEPENDENCY_*`, `ADDRESS_EXHAUSTED`, `VOLUME_NOT_FOUND`, `VOLUME_IN_USE`,
   * `VOLUME_WANTED_TWICE`, `WORKLOAD_BIND_SOURCE_MISSING`,
   * `WORKLOAD_ROOTFS_*`.
   */
  checkCell(
    cell: CellRecord,
    before?: CellRecord,
    { batch = new Map(), others = this.claims() }: AppliedTogether = {},
  ): void {
    const earlier = new Map(before && claimsOf(before).map((one) => [containerKey(one.ref), one]));
    for (const record of claimsOf(cell)) {
      if (record.desired === 'deleting') continue;
      const known = earlier.get(containerKey(record.ref));
      this.#checkContainer(record, { others, batch, before: known });
    }
    if (cell.spec.networkMode === 'bridge') this.#parts.addresses.claim(cell.id);
  }

  #checkContainer(record: WorkloadRecord, { others, batch, before }: Claims): void {
    const { specs, volumes, listeners, limits, statusOf, ownFolders, leastMib } = this.#parts;
    const { ownAddresses, hostPaths } = this.#parts;
    const { spec, desired } = record;
    checkLimits(spec, limits);
    checkMemory(spec, leastMib);
    const fallbackOf = (other: WorkloadRecord) => this.#fallbackOf(other);
    const published = publishedBy(before);
    checkPorts(record, { others, fallbackOf, listeners, addresses: ownAddresses, published });
    checkBindSources(record, hostPaths);
    if (record.role === 'root') checkDependencies(spec, (name) => specs.get(name));
    if (desired !== 'running') return;
    const isOver = (other: WorkloadRecord) => isRunOver(other, statusOf(other.ref));
    checkVolumes(record, { volumes, others, isOver, batch });
    checkRootDisk(spec, { others, isOver, fallbackOf, ownFolders });
  }

  #fallbackOf(record: WorkloadRecord): WorkloadSpec | undefined {
    if (record.desired !== 'running' || record.spec.updatePolicy !== 'rollback') return undefined;
    // A sibling has no earlier spec to return to.
    if (record.role === 'sibling') return undefined;
    const good = this.#parts.goods.get(record);
    return good?.generation === record.generation ? undefined : good?.spec;
  }
}

interface Claims {
  readonly others: readonly WorkloadRecord[];
  readonly batch: ApplyBatch;
  readonly before: WorkloadRecord | undefined;
}

function publishedBy(record: WorkloadRecord | undefined): ReadonlySet<string> {
  const isPublished = record?.desired === 'running' && record.spec.networkMode === 'bridge';
  return new Set(isPublished ? record.spec.ports.map(portKey) : []);
}
