import type { ProcessMark } from '../process/process-mark.ts';
import type { WatchedVm } from './watched-vm.ts';

/** One run of a machine: the facts that a start records before it begins, and their outcome. */
export interface VmRun {
  readonly id: string;
  /** For the time that the record of the microVM cannot be read; older records have none. */
  readonly vm?: WatchedVm;
  readonly vmm: 'qemu' | 'firecracker';
  /** Hexadecimal; the guest receives it at boot. */
  readonly token: string;
  readonly hasAgent: boolean;
  /** In the order in which they are ended. */
  readonly processes: readonly (ProcessMark & { readonly role: string })[];
  /**
   * The files by which processes join the machine's cgroups. All members of these cgroups belong to this run;
   * older records have none.
   */
  readonly cgroupFiles?: readonly string[];
  /** The guest has received the payload, and reports its state from then on. */
  readonly isStarted: boolean;
  readonly isPaused?: boolean;
  /** The size of its console's log at the start of the run, in bytes; older records have none. */
  readonly consoleBegin?: number;
  readonly ended?: VmEnd;
}

/** Returns whether a value has the fields by which a run is found and ended. Pure. */
export function isVmRun(value: unknown): value is VmRun {
  const { id, processes, token } = (value ?? {}) as Partial<VmRun>;
  return typeof id === 'string' && typeof token === 'string' && Array.isArray(processes);
}

export interface VmEnd {
  readonly exitCode: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fault?: string;
  readonly oomKilled?: boolean;
}
