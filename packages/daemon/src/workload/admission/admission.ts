import {
  type ContainerRef,
  isRunOver,
  type PortListeners,
  portKey,
  type Resources,
  type WorkloadRecord,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@capsule/core';
import type { Addresses } from '../../store/addresses.ts';
import type { GoodSpecs } from '../../store/good-specs.ts';
import type { WorkloadSpecs } from '../../store/workload-specs.ts';
import type { VolumeRecords } from '../../volume/records.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkLimits } from './check-limits.ts';
import { checkMemory } from './check-memory.ts';
import { checkPorts } from './check-ports.ts';
import { checkRootDisk } from './check-root-disk.ts';
import { type ApplyBatch, checkVolumes } from './check-volumes.ts';

export interface AdmissionParts {
  readonly specs: WorkloadSpecs;
  readonly goods: GoodSpecs;
  readonly addresses: Addresses;
  readonly volumes: Pick<VolumeRecords, 'get'>;
  readonly listeners: PortListeners;
  /** Limits that can be enforced here. */
  readonly limits: ReadonlySet<keyof Resources>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  /** Where the capsule keeps volumes and disks: no workload names a file in there. */
  readonly ownFolders: readonly string[];
  /** Memory without which a microVM of an image does not boot here. */
  readonly leastMib: number;
}

/**
 * The one place that decides whether a workload may be as it is written, for whatever brings it there: an
 * apply, a start, a restart, a rollback.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /**
   * Checks the stored spec of a workload against all that is stored beside it, and claims its address; `before`
   * is what was stored until this transaction, and `batch` the workloads that come with it. To be called in the transaction that has written the spec, and
   * those that come with it. Fails with `WORKLOAD_LIMIT_UNAVAILABLE`, `WORKLOAD_MEMORY_TOO_SMALL`, `WORKLOAD_PORT_*`,
   * `WORKLOAD_DEPENDENCY_*`, `ADDRESS_EXHAUSTED`, `VOLUME_NOT_FOUND`, `VOLUME_IN_USE`, `VOLUME_WANTED_TWICE`,
   * `WORKLOAD_ROOTFS_*`.
   */
  check(
    { ref, spec, desired }: WorkloadRecord,
    before: WorkloadRecord | undefined,
    batch: ApplyBatch = new Map(),
  ): void {
    const { specs, addresses, volumes, listeners, limits, statusOf, ownFolders } = this.#parts;
    const others = specs.list();
    checkLimits(spec, limits);
    checkMemory(spec, this.#parts.leastMib);
    const fallbackOf = (record: WorkloadRecord) => this.#fallbackOf(record);
    checkPorts(spec, { others, fallbackOf, listeners, published: publishedBy(before) });
    checkDependencies(spec, (name) => specs.get(name));
    if (spec.networkMode === 'bridge') addresses.claim(ref.cell);
    if (desired !== 'running') return;
    const isOver = (other: WorkloadRecord) => isRunOver(other, statusOf(other.ref));
    checkVolumes(spec, { volumes, others, isOver, batch });
    checkRootDisk(spec, { others, isOver, fallbackOf, ownFolders });
  }

  #fallbackOf(record: WorkloadRecord): WorkloadSpec | undefined {
    if (record.desired !== 'running' || record.spec.updatePolicy !== 'rollback') return undefined;
    const good = this.#parts.goods.get(record);
    return good?.generation === record.generation ? undefined : good?.spec;
  }
}

function publishedBy(record: WorkloadRecord | undefined): ReadonlySet<string> {
  const isPublished = record?.desired === 'running' && record.spec.networkMode === 'bridge';
  return new Set(isPublished ? record.spec.ports.map(portKey) : []);
}
