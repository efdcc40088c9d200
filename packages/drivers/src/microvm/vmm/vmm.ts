import type { MicroVmSettings, TapLink } from '@capsule/core';
import type { ProcessMark } from '../process/process-mark.ts';
import type { ProcessEnd } from '../process/start-process.ts';

/** One disk of a machine. In the order given they are `/dev/vda`, `/dev/vdb`, … */
export interface MachineDisk {
  /** A file or a block device of the capsule. */
  readonly path: string;
  readonly readOnly: boolean;
  /**
   * Other machines read the disk too. A disk without this flag belongs to the machine alone while it runs.
   */
  readonly isShared?: boolean;
}

/** A machine as its monitor has to create it. */
export interface Machine {
  /** Names the machine in messages and in the process list. */
  readonly name: string;
  readonly settings: Pick<MicroVmSettings, 'vcpus' | 'memoryMib'>;
  readonly kernel: string;
  /** The same kernel as an ELF file, where there is one: not every monitor can unpack. */
  readonly elf?: string;
  /** Absent: the kernel finds its root on the first disk. */
  readonly initramfs?: string;
  /** The command line of the guest's kernel; the monitor adds the options of its board before it. */
  readonly commandLine: string;
  readonly disks: readonly MachineDisk[];
  readonly tap: TapLink;
  /** Its own folder below `/run`, which belongs to the user of the TAP. */
  readonly folder: string;
  readonly sockets: { readonly vsock: string; readonly vhost: string; readonly control: string };
  /** The files by which its processes join the machine's cgroups. */
  readonly cgroupFiles: readonly string[];
  /** The outputs for its console and for the monitor's errors. */
  readonly screen: { readonly output: number; readonly errors: number };
  /** Receives how the machine's process ended, from a monitor that knows. */
  readonly onEnd?: (end: ProcessEnd) => void;
}

export interface MachineProcess extends ProcessMark {
  readonly role: string;
}

export interface VmmState {
  readonly ok: boolean;
  /** For operators: the version and how it runs guests; or why it cannot be used. */
  readonly detail: string;
}

/**
 * A virtual machine monitor. Its processes outlive capsuled, and `endProcess` ends them; guests are reached
 * another way (`guest/`). Errors are `MICROVM_*`.
 */
export interface Vmm {
  readonly kind: 'qemu' | 'firecracker';
  /** Never fails. */
  probe(): Promise<VmmState>;
  /**
   * Starts the machine and passes each of its processes to `record`, the machine itself last, unless it has
   * ended by then. Ends the processes that it started before a failure.
   */
  start(machine: Machine, record: (process: MachineProcess) => Promise<void>): Promise<void>;
  /** Presses the machine's power button, for guests without an agent. */
  powerDown(control: string): Promise<void>;
}
