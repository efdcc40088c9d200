import type { CapsuleError } from '../error/capsule-error.ts';
import type { ContainerRef, ContainerRole } from '../resource/cell/container-ref.ts';
import type { ContainerSettings, Resources } from '../resource/cell/container-settings.ts';
import type { MicroVmSettings } from '../resource/cell/micro-vm.ts';
import type { TaskState } from '../resource/cell/task-state.ts';
import type { ContainerUsage } from '../resource/workload/usage.ts';
import type { TapLink } from './cell-network.ts';
import type { ExecRequest, ExecSession } from './exec-session.ts';

/** The facts that the runtime needs to make one container of a cell. */
export interface ContainerSpec extends ContainerSettings {
  readonly ref: ContainerRef;
  readonly role: ContainerRole;
  /** A full reference that the image store holds. */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** Namespaces and shared memory of its cell, which its containers share; absent: its own. `hostIpc` wins. */
  readonly shared?: SharedNamespaces;
  /** The wall of a virtual machine around it; absent: it shares the capsule's kernel. */
  readonly microVm?: MicroVmSettings;
  /** `host`, the path of a pinned network namespace, or the link of a microVM. */
  readonly network: 'host' | { readonly namespacePath: string } | { readonly tap: TapLink };
  readonly volumes: readonly ContainerVolume[];
  /** Files of the capsule bound read-only into the container: `/etc/hosts`, `/etc/resolv.conf`. */
  readonly files: readonly { readonly source: string; readonly target: string }[];
  /** Where the log writer appends this container's output. */
  readonly logPath: string;
  /** Marks the version of the spec that made this container; a different one means: recreate it. */
  readonly revision: string;
}

/** Paths that the containers of a cell share, in addition to that of the network in `ContainerSpec.network`. */
export interface SharedNamespaces {
  /** Of a pinned IPC namespace. */
  readonly ipc: string;
  /** Of a pinned UTS namespace, whose host name is the cell's. */
  readonly uts: string;
  /** A folder in memory that appears as `/dev/shm`. */
  readonly shm: string;
}

export interface ContainerVolume {
  readonly name: string;
  /** The folder that is bound, of a `subPath` its own one; of a microVM, the device or file that holds the volume. */
  readonly source: string;
  /** The folder of the volume that appears; absent for all of it. */
  readonly subPath?: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** A microVM copies what the image has at `target` into it, where it holds nothing. */
  readonly copyUp: boolean;
}

/** How a container is asked to end. */
export interface StopOrder {
  /** How long it may take before it is killed; 0 kills at once. */
  readonly graceMs: number;
  /** `SIGTERM` or a number as text; empty: as the image says. */
  readonly stopSignal: string;
}

/** The state of one container in the runtime. */
export interface ContainerSeen {
  readonly id: string;
  readonly ref: ContainerRef;
  readonly revision: string;
  readonly imageDigest: string;
  /** The limits it was made with, or that `update` gave it. */
  readonly resources: Resources;
  readonly task: TaskState;
  readonly pid?: number;
  readonly exitCode?: number;
  readonly exitedAt?: number;
  /** The kernel killed it, or a process of it, for want of memory. */
  readonly oomKilled?: boolean;
  /** How it ended, where it has no exit code of its own: `the guest's kernel panicked: …`. */
  readonly fault?: string;
  /** It runs, and something is wrong with it: `its guest agent does not answer`. */
  readonly trouble?: string;
  /** The runtime cannot read its record: the container can be stopped and removed, and not started. */
  readonly damage?: CapsuleError;
}

/** The facts for finding the resources that a container uses, even while its runtime is unavailable. */
export interface RunningContainer {
  readonly ref: ContainerRef;
  readonly role: ContainerRole;
  readonly pid: number;
}

/** Something happened to a container; ask `inspect` for what is true now. */
export interface RuntimeEvent {
  readonly ref: ContainerRef;
  readonly kind: 'started' | 'exited' | 'oom' | 'deleted' | 'changed' | 'remark';
  readonly exitCode?: number;
  /** Of a `remark`: a warning for operators, which changes no state. */
  readonly remark?: { readonly reason: string; readonly message: string };
  readonly at: number;
}

/**
 * Runs OCI containers. Every call is idempotent: making what exists and removing what is gone are
 * successes. Errors are `RUNTIME_*`; a runtime that cannot be reached is kind `unavailable`.
 */
export interface ContainerRuntime {
  /** Lists everything that belongs to the capsule: also half-made and orphaned containers. */
  list(signal?: AbortSignal): Promise<readonly ContainerSeen[]>;
  inspect(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen | undefined>;
  /** Snapshot and container record; no process yet. */
  create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen>;
  /** Makes the task, also after an earlier one that ended, and starts it. */
  start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen>;
  /** Thaws it, sends the stop signal, waits, then kills. Resolves when no process runs. */
  stop(ref: ContainerRef, how: StopOrder, signal?: AbortSignal): Promise<void>;
  /** Freezes all its processes until `resume`. One that does not run is a success. */
  pause(ref: ContainerRef, signal?: AbortSignal): Promise<void>;
  /** Thaws the processes that `pause` froze. Idempotent. */
  resume(ref: ContainerRef, signal?: AbortSignal): Promise<void>;
  /** Changes the limits, of the running task too. */
  update(ref: ContainerRef, resources: Resources, signal?: AbortSignal): Promise<void>;
  /**
   * Starts one more process. Fails with `RUNTIME_NOT_RUNNING`, `RUNTIME_USER_UNKNOWN`,
   * `RUNTIME_COMMAND_NOT_FOUND`, `RUNTIME_COMMAND_NOT_EXECUTABLE`.
   */
  exec(ref: ContainerRef, request: ExecRequest, signal?: AbortSignal): Promise<ExecSession>;
  /** Ends everything that a killed capsuled left: processes of `exec`, leases. */
  reclaim(signal?: AbortSignal): Promise<void>;
  /**
   * Ends processes of `exec` whose client has left, and which could not be ended then because the runtime was away.
   * Cheap where there are none: it is called every few seconds.
   */
  endAbandoned(signal?: AbortSignal): Promise<void>;
  /** Resource usage of a container whose first process is `pid`; undefined when it does not run. */
  usage(of: RunningContainer): Promise<ContainerUsage | undefined>;
  /** The limits that this machine can enforce. */
  limits(): Promise<ReadonlySet<keyof Resources>>;
  /** Kills what runs; removes task, container, snapshot, lease and cgroup. */
  remove(ref: ContainerRef, signal?: AbortSignal): Promise<void>;
  /** Ends when the connection to the runtime ends; the caller asks again and lists. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  /** Version of the runtime, or why it cannot be used. Never throws. */
  probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }>;
}
