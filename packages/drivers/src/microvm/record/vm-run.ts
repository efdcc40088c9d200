import type { ProcessMark } from '../process/process-mark.ts';

/** What a start wrote down before it began, and what came of it. */
export interface VmRun {
  readonly id: string;
  readonly vmm: 'qemu' | 'firecracker';
  /** Hexadecimal; the guest was given it at boot. */
  readonly token: string;
  readonly hasAgent: boolean;
  /** In the order in which they are ended. */
  readonly processes: readonly (ProcessMark & { readonly role: string })[];
  /** By which they joined the machine's cgroups, all of whose members are this run's; older records have none. */
  readonly cgroupFiles?: readonly string[];
  /** The payload was handed over: from now on the guest knows how it is. */
  readonly isStarted: boolean;
  readonly isPaused?: boolean;
  /** Of the log of its console, in bytes, when it began; older records have none. */
  readonly consoleBegin?: number;
  readonly ended?: VmEnd;
}

export interface VmEnd {
  readonly exitCode: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fault?: string;
  readonly oomKilled?: boolean;
}
