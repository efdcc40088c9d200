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

/** Records a process of a machine before anything depends on it. */
export type RecordProcess = (process: MachineProcess) => Promise<void>;

export interface VmmState {
  readonly ok: boolean;
  /** For operators: the version and how it runs guests; or why it cannot be used. */
  readonly detail: string;
}

/** The files from which a machine is resumed. */
export interface SnapshotFiles {
  /** The processors and devices. */
  readonly state: string;
  readonly memory: string;
}

/** The part of a monitor that snapshots machines and resumes them, as often as wanted. */
export interface SnapshotVmm {
  /**
   * Describes all that a snapshot of this machine fixes, with the monitor itself. Two machines that differ
   * only in identity, disks and link have equal descriptions.
   */
  describe(machine: Machine): Promise<string>;
  /** Starts like `Vmm.start`, but with a link that leads nowhere. `into` is a folder for the snapshot. */
  startTemplate(machine: Machine, into: string, record: RecordProcess): Promise<void>;
  /** Writes a snapshot of a machine that `startTemplate` started. The machine stands still afterwards. */
  take(machine: Machine, into: string): Promise<SnapshotFiles>;
  /**
   * Starts like `Vmm.start`, from a snapshot of a machine with an equal description. The kernel of the guest
   * learns the sizes of its disks a moment later.
   */
  resume(machine: Machine, from: SnapshotFiles, record: RecordProcess): Promise<void>;
}

/**
 * A virtual machine monitor. Its processes outlive capsuled, and `endProcess` ends them; guests are reached
 * another way (`guest/`). Errors are `MICROVM_*`.
 */
export interface Vmm {
  readonly kind: 'qemu' | 'firecracker';
  /** Absent: every machine of this monitor boots. */
  readonly snapshots?: SnapshotVmm;
  /** Never fails. */
  probe(): Promise<VmmState>;
  /**
   * Starts the machine and passes each of its processes to `record`, the machine itself last, unless it has
   * ended by then. Ends the processes that it started before a failure.
   */
  start(machine: Machine, record: RecordProcess): Promise<void>;
  /** Presses the machine's power button, for guests without an agent. */
  powerDown(control: string): Promise<void>;
}
