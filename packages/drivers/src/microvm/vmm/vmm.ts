import type { MicroVmSettings, TapLink } from '@capsule/core';
import type { ProcessMark } from '../process/process-mark.ts';
import type { ProcessEnd } from '../process/start-process.ts';

/** One disk of a machine. In the order given they are `/dev/vda`, `/dev/vdb`, … */
export interface MachineDisk {
  /** A file or a block device of the capsule. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Other machines read it too; the rest is this machine's alone while it runs. */
  readonly isShared?: boolean;
}

/** A machine as its monitor has to make it. */
export interface Machine {
  /** For people, and for the machine's processes to be told apart. */
  readonly name: string;
  readonly settings: Pick<MicroVmSettings, 'vcpus' | 'memoryMib'>;
  readonly kernel: string;
  /** The same as an ELF file, where there is one: not every monitor unpacks. */
  readonly elf?: string;
  /** Absent: the kernel finds its root on the first disk. */
  readonly initramfs?: string;
  /** Of the guest's kernel; the monitor adds what its board needs before it. */
  readonly commandLine: string;
  readonly disks: readonly MachineDisk[];
  readonly tap: TapLink;
  /** Its own folder below `/run`, which belongs to the user of the TAP. */
  readonly folder: string;
  readonly sockets: { readonly vsock: string; readonly vhost: string; readonly control: string };
  /** By which its processes join the machine's cgroups. */
  readonly cgroupFiles: readonly string[];
  /** Where its console and what the monitor complains of go. */
  readonly screen: { readonly output: number; readonly errors: number };
  /** Told how the machine's process ended, by a monitor that knows. */
  readonly onEnd?: (end: ProcessEnd) => void;
}

export interface MachineProcess extends ProcessMark {
  readonly role: string;
}

export interface VmmState {
  readonly ok: boolean;
  /** For people: which version, how it runs guests; or why it cannot be used. */
  readonly detail: string;
}

/**
 * A virtual machine monitor. Its processes live on when capsuled dies, and end by `endProcess`; everything
 * that a guest says goes another way (`guest/`). Errors are `MICROVM_*`.
 */
export interface Vmm {
  readonly kind: 'qemu' | 'firecracker';
  /** Never fails. */
  probe(): Promise<VmmState>;
  /**
   * Its processes, the one that is the machine last; it is not told of when it has ended by then. Those that were
   * started before a failure are ended.
   */
  start(machine: Machine, record: (process: MachineProcess) => Promise<void>): Promise<void>;
  /** Presses the machine's power button, for guests without an agent. */
  powerDown(control: string): Promise<void>;
}
