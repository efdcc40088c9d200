import {
  type CapsuleError,
  type ContainerRuntime,
  isCapsuleError,
  type MachineMonitors,
  type NameResponder,
  type PortListeners,
  type VolumeBackend,
  type VolumePool,
} from '@capsule/core';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import { shadowedPorts } from '../workload/admission/shadowed-ports.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import { readHostProblems } from './host-problems.ts';
import { type MachineFacts, readMachineFacts } from './machine-facts.ts';
import { probeRuntime } from './probe-runtime.ts';
import {
  type CapsuleProblem,
  hostProblem,
  poolProblems,
  problemOf,
  runtimeProblems,
} from './problems.ts';

export interface CapsuleObserverParts {
  /** Folder of the capsule's state. */
  readonly permPath: string;
  /** Name of the capsule's own bridge. */
  readonly bridge: string;
  /**
   * File in which a launcher reports on the host of an embedded capsule; missing without a
   * launcher.
   */
  readonly hostReport: string;
  readonly runtime: Pick<ContainerRuntime, 'probe'>;
  readonly volumeBackend: Pick<VolumeBackend, 'probe'>;
  readonly microVms: MachineMonitors;
  readonly network: { readonly names: NameResponder; readonly listeners: PortListeners };
  /** The workloads, or the error that makes their store unusable. */
  readonly workloads: WorkloadsSeen | CapsuleError;
}

export interface WorkloadsSeen {
  readonly specs: Pick<WorkloadSpecs, 'list'>;
  readonly observer: Pick<WorkloadObserver, 'statusOf'>;
}

/** Health of a capsule. */
export interface CapsuleSeen {
  readonly machine: MachineFacts;
  readonly runtime: { readonly ok: boolean; readonly detail: string };
  readonly pool: VolumePool;
  readonly microVms: Awaited<ReturnType<MachineMonitors['monitor']>>;
  /** Absent when the store is unusable. */
  readonly workloads?: { readonly total: number; readonly running: number };
  readonly problems: readonly CapsuleProblem[];
}

/** Inspects the machine and everything that the capsule depends on. */
export class CapsuleObserver {
  readonly #parts: CapsuleObserverParts;

  constructor(parts: CapsuleObserverParts) {
    this.#parts = parts;
  }

  async look(signal: AbortSignal): Promise<CapsuleSeen> {
    const { hostReport, workloads } = this.#parts;
    const [machine, host, runtime, pool, microVms] = await Promise.all([
      readMachineFacts(this.#parts),
      readHostProblems(hostReport),
      probeRuntime(this.#parts.runtime, signal),
      this.#parts.volumeBackend.probe(),
      this.#parts.microVms.monitor(),
    ]);
    const { names, listeners } = this.#parts.network;
    const problems = [
      ...(isCapsuleError(workloads) ? problemOf(workloads) : []),
      ...runtimeProblems(runtime),
      ...poolProblems(pool),
      ...problemOf(names.problem()),
      ...host.map(hostProblem),
      ...portProblems(workloads, listeners),
    ];
    const counted = isCapsuleError(workloads) ? {} : { workloads: count(workloads) };
    return { machine, runtime, pool, microVms, problems, ...counted };
  }
}

function count({ specs, observer }: WorkloadsSeen): { total: number; running: number } {
  const refs = specs.list().map(({ ref }) => ref);
  const running = refs.filter((ref) => observer.statusOf(ref).phase === 'running');
  return { total: refs.length, running: running.length };
}

function portProblems(
  workloads: WorkloadsSeen | CapsuleError,
  listeners: PortListeners,
): CapsuleProblem[] {
  if (isCapsuleError(workloads)) return [];
  return shadowedPorts(workloads.specs.list(), listeners).flatMap(problemOf);
}
