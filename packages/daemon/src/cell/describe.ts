import type { ReportedCell, ReportedContainer, ReportedScope } from '@capsule/api/wire';
import {
  type CellRecord,
  type ContainerRecord,
  type ContainerRef,
  type ContainerView,
  cellCgroup,
  cellNodeStatus,
  containerCgroup,
  containerNodeStatus,
  documentOfCell,
  documentOfContainer,
  type NodeStatus,
  partsOf,
  placeOfCell,
  type ScopeRecord,
  type WorkloadStatus,
} from '@capsule/core';
import type { PauseCommands } from '../pause/commands.ts';
import type { ScopeController } from '../scope/reconcile.ts';
import type { Addresses } from '../store/addresses.ts';
import type { Scopes } from '../store/scopes.ts';

export interface CellDescriberParts {
  readonly scopes: Pick<Scopes, 'networkOf'>;
  readonly scopeStates: Pick<ScopeController, 'stateOf'>;
  readonly addresses: Pick<Addresses, 'get'>;
  readonly pauses: Pick<PauseCommands, 'reasonsOf'>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  /** The container runtime does not answer. */
  readonly isRuntimeAway: () => boolean;
  /** Of a container, in the runtime. */
  readonly runtimeId: (ref: ContainerRef) => string;
}

/** Puts together the declaration and the observed state of scopes, cells and containers. */
export class CellDescriber {
  readonly #parts: CellDescriberParts;

  constructor(parts: CellDescriberParts) {
    this.#parts = parts;
  }

  scope(record: ScopeRecord): ReportedScope {
    const { generation, ...state } = this.#parts.scopeStates.stateOf(record);
    const { network, ...rest } = record;
    const status: NodeStatus = {
      ...state,
      restartCount: 0,
      pauseReasons: [],
      observedGeneration: generation,
      observedRun: 0,
      cgroupPath: `/kukeon/${partsOf(record.place).join('/')}`,
      ...(network && { bridge: network.bridge }),
    };
    return { ...rest, status, ...(network && { cidr: network.cidr }) };
  }

  cell(record: CellRecord): ReportedCell {
    const views = record.containers.map((one) => this.#view(one));
    const statuses = views.map(containerNodeStatus);
    return {
      ...documentOfCell(record),
      containers: record.containers.map((one) => this.container(record, one)),
      status: { ...this.#sharedStatus(record, statuses), ...cellNodeStatus(record, views) },
      uid: record.uid,
      generation: record.generation,
      createdAt: record.createdAt,
      desired: record.desired,
      isolation: record.spec.kind,
    };
  }

  container(cell: CellRecord, record: ContainerRecord): ReportedContainer {
    const { ref, role, uid, generation, desired, run } = record;
    return {
      ...documentOfContainer(cell, record),
      isRoot: role === 'root',
      status: { ...containerNodeStatus(this.#view(record)), cgroupPath: containerCgroup(record) },
      uid,
      generation,
      createdAt: record.createdAt ?? cell.createdAt,
      desired,
      containerdId: this.#parts.runtimeId(ref),
      run,
    };
  }

  #view(record: ContainerRecord): ContainerView {
    const { statusOf, pauses, isRuntimeAway } = this.#parts;
    const { ref } = record;
    return {
      record,
      status: statusOf(ref),
      pauseReasons: pauses.reasonsOf(ref),
      isRuntimeAway: isRuntimeAway(),
    };
  }

  #sharedStatus({ id, spec, generation }: CellRecord, statuses: readonly NodeStatus[]) {
    const address = spec.networkMode === 'bridge' ? this.#parts.addresses.get(id) : undefined;
    const bridge = this.#parts.scopes.networkOf(placeOfCell(id))?.bridge;
    const observed = Math.min(generation, ...statuses.map((one) => one.observedGeneration));
    return {
      restartCount: statuses.reduce((count, one) => count + one.restartCount, 0),
      pauseReasons: [...new Set(statuses.flatMap((one) => one.pauseReasons))],
      observedGeneration: observed,
      observedRun: statuses[0]?.observedRun ?? 0,
      cgroupPath: cellCgroup(id),
      ...(address !== undefined && { address }),
      ...(address !== undefined && bridge !== undefined && { bridge }),
    };
  }
}
