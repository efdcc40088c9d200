import {
  type CapsuleError,
  type ContainerRuntime,
  isCapsuleError,
  type MachineMonitors,
  type MachineRanges,
  type NameResponder,
  type PortListeners,
  type VolumeBackend,
  type VolumePool,
} from '@capsule/core';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { SlotsReport } from '../update/describe.ts';
import { shadowedPorts } from '../workload/admission/shadowed-ports.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import { readHostProblems } from './host-problems.ts';
import { KnownParts } from './known-parts.ts';
import { type MachineFacts, readMachineFacts } from './machine-facts.ts';
import { probeRuntime } from './probe-runtime.ts';
import {
  type CapsuleProblem,
  hostProblem,
  poolProblems,
  problemOf,
  runtimeProblems,
} from './problems.ts';
import { rangeProblems } from './range-problems.ts';
import { readWatchdog } from './watchdog.ts';

export interface CapsuleObserverParts {
  /** Folder of the capsule's state. */
  readonly permPath: string;
  /** Name of the capsule's own bridge. */
  readonly bridge: string;
  /** The network of this bridge. */
  readonly bridgeCidr: string;
  /**
   * File in which a launcher reports on the host of an embedded capsule; missing without a
   * launcher.
   */
  readonly hostReport: string;
  readonly runtime: Pick<ContainerRuntime, 'probe'>;
  readonly volumeBackend: Pick<VolumeBackend, 'probe'>;
  readonly microVms: MachineMonitors;
  readonly network: {
    readonly names: NameResponder;
    readonly listeners: PortListeners;
    readonly ranges: MachineRanges;
  };
  /** The slots of a machine that is the capsule's own. */
  readonly slots?: () => Promise<MachineSlots>;
  /** Problems of the API on the network. */
  readonly apiProblems: () => readonly CapsuleError[];
  /** The workloads, or the error that makes their store unusable. */
  readonly workloads: WorkloadsSeen | CapsuleError;
}

/** The slots and the disk that holds them. */
export interface MachineSlots extends SlotsReport {
  readonly bootDisk: string;
  readonly diskTotalBytes: number;
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
  /** Absent when the store cannot be read. */
  readonly workloads?: { readonly total: number; readonly running: number };
  readonly slots?: MachineSlots;
  /** Text for display; empty on a machine without an armed watchdog, and on one that is not the capsule's own. */
  readonly watchdog: string;
  readonly problems: readonly CapsuleProblem[];
}

/**
 * Inspects the machine and everything that the capsule depends on. A part that cannot be read is one of the
 * problems, and the others are reported.
 */
export class CapsuleObserver {
  readonly #parts: CapsuleObserverParts;

  constructor(parts: CapsuleObserverParts) {
    this.#parts = parts;
  }

  async look(signal: AbortSignal): Promise<CapsuleSeen> {
    const { hostReport, volumeBackend, workloads, apiProblems } = this.#parts;
    const parts = new KnownParts();
    const [machine, host, runtime, pool, microVms] = await Promise.all([
      readMachineFacts(this.#parts, parts),
      parts.read('the report on the host', () => readHostProblems(hostReport)),
      probeRuntime(this.#parts.runtime, signal),
      parts.read('the pool of volumes', () => volumeBackend.probe(signal)),
      parts.read('the monitor of microVMs', () => this.#parts.microVms.monitor()),
    ]);
    const { slots: readSlots } = this.#parts;
    const slots = readSlots && (await parts.read('the slots', readSlots));
    const watchdog = readSlots && (await parts.read('the watchdog', () => readWatchdog()));
    const { names, listeners, ranges } = this.#parts.network;
    const uses = await parts.read('the ranges in use', () => ranges.usedRanges(signal));
    const counted = await parts.read('the list of workloads', () => count(workloads));
    const shadowed = await parts.read('the ports in use', () => portProblems(workloads, listeners));
    const api = await parts.read('the state of the API', async () => apiProblems());
    const problems = [
      ...(isCapsuleError(workloads) ? problemOf(workloads) : []),
      ...runtimeProblems(runtime),
      ...(pool === undefined ? [] : poolProblems(pool)),
      ...problemOf(names.problem()),
      ...(api ?? []).flatMap(problemOf),
      ...(host ?? []).map(hostProblem),
      ...(shadowed ?? []),
      ...rangeProblems(this.#parts, uses ?? []),
      ...parts.problems.flatMap(problemOf),
    ];
    return {
      machine,
      runtime,
      pool: pool ?? UNKNOWN_POOL,
      microVms: microVms ?? UNKNOWN_MONITOR,
      problems,
      watchdog: watchdog ?? '',
      ...(counted !== undefined && { workloads: counted }),
      ...(slots !== undefined && { slots }),
    };
  }
}

const UNKNOWN = 'unknown';
const UNKNOWN_POOL: VolumePool = {
  ok: false,
  detail: UNKNOWN,
  totalBytes: 0,
  usedBytes: 0,
  snapshots: 'copy',
};
const UNKNOWN_MONITOR = { detail: UNKNOWN };

function count(workloads: WorkloadsSeen | CapsuleError): CapsuleSeen['workloads'] {
  if (isCapsuleError(workloads)) return undefined;
  const { specs, observer } = workloads;
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
