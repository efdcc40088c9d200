import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import type {
  ContainerFiles,
  ContainerRef,
  ContainerRuntime,
  ContainerSeen,
  ContainerSpec,
  ContainerUsage,
  ExecRequest,
  ExecSession,
  Resources,
  RunningContainer,
  RuntimeEvent,
  StopOrder,
} from '@capsule/core';
import { isCapsuleError, KeyedMutex } from '@capsule/core';
import { findLimits } from '../cgroup/find-limits.ts';
import { type Architecture, architectureOf } from '../oci/architecture.ts';
import { parseCapabilityMask } from '../oci/capability-set.ts';
import { containerId } from '../oci/container-id.ts';
import { callOptions } from './client/call-options.ts';
import type { ContainerdClient } from './client/containerd-client.ts';
import { endLeftLeases } from './client/lease.ts';
import { type CallContext, translateError, translateErrors } from './client/rpc-error.ts';
import { type ActiveExecs, execContainer } from './exec/exec-container.ts';
import { reclaimExecs } from './exec/reclaim-execs.ts';
import { ContainerdFiles } from './files/containerd-files.ts';
import { ImageReader } from './image/image-reader.ts';
import { removeLeftRecords } from './image/records.ts';
import { containerUsage } from './runtime/container-usage.ts';
import type { RuntimeContext } from './runtime/context.ts';
import { createContainer } from './runtime/create-container.ts';
import { inspectContainer, listContainers } from './runtime/list-containers.ts';
import { pauseContainer, resumeContainer } from './runtime/pause-container.ts';
import { removeContainer } from './runtime/remove-container.ts';
import { settleAll, settleLeft } from './runtime/settle-container.ts';
import { startContainer } from './runtime/start-container.ts';
import { stopContainer } from './runtime/stop-container.ts';
import { updateContainer } from './runtime/update-container.ts';
import { watchEvents } from './runtime/watch-events.ts';
import { UserFinder } from './user/user-finder.ts';

export interface ContainerdRuntimeOptions {
  /** The log writer. Default `/usr/bin/capsule-log`. */
  readonly logBinary?: string;
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
  /** The capabilities that containers may get. Default: those of this process. */
  readonly capabilities?: readonly string[];
  /** Default: that of this machine. */
  readonly arch?: Architecture;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
  /** The program that reads and writes files of containers. Default `/usr/bin/capsule-files`. */
  readonly filesBinary?: string;
  /** The folder in which it mounts layers. Default `/run/capsule-files`. */
  readonly filesScratch?: string;
  /** The folder of the FIFOs of execs. Default `/run/capsule-exec`. */
  readonly execRoot?: string;
  /** An empty folder on which images are mounted to read them. Default `/run/capsule/view`. */
  readonly scratch?: string;
}

/** Runs containers with containerd and runc. */
export class ContainerdRuntime implements ContainerRuntime {
  readonly #context: RuntimeContext;
  /** Events carry only ids. An entry is removed with its container. */
  readonly #owners = new Map<string, ContainerRef>();
  readonly #execs: ActiveExecs = new Map();
  readonly #files: ContainerFiles;

  constructor(client: ContainerdClient, options: ContainerdRuntimeOptions = {}) {
    const snapshotter = options.snapshotter ?? 'overlayfs';
    const architecture = options.arch ?? architectureOf(arch());
    const scratch = options.scratch ?? '/run/capsule/view';
    this.#context = {
      client,
      architecture,
      snapshotter,
      available: options.capabilities ?? ownCapabilities(),
      images: new ImageReader(client, architecture),
      users: new UserFinder(client, { snapshotter, scratch }),
      logBinary: options.logBinary ?? '/usr/bin/capsule-log',
      cgroupRoot: options.cgroupRoot ?? '/sys/fs/cgroup',
      execRoot: options.execRoot ?? '/run/capsule-exec',
      layerLocks: new KeyedMutex(),
      taskLocks: new KeyedMutex(),
      unsettled: new Set(),
      filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
      filesScratch: options.filesScratch ?? '/run/capsule-files',
    };
    this.#files = new ContainerdFiles(this.#context);
  }

  async list(signal?: AbortSignal): Promise<readonly ContainerSeen[]> {
    const seen = await translateErrors(
      this.#call('list containers', signal),
      listContainers(this.#context, signal),
    );
    for (const container of seen) this.#remember(container);
    return seen;
  }

  async inspect(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen | undefined> {
    const action = this.#call(`inspect container ${ref.container}`, signal);
    return translateErrors(action, inspectContainer(this.#context, ref, signal));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#call(`create container ${spec.ref.container}`, signal);
    const seen = await translateErrors(action, createContainer(this.#context, spec, signal));
    this.#remember(seen);
    return seen;
  }

  /** Access to the files of the same containers. */
  get files(): ContainerFiles {
    return this.#files;
  }

  async start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#call(`start container ${ref.container}`, signal);
    // Two mounts of the same layers, one of them written to, would damage each other.
    const id = containerId(ref);
    const release = await this.#context.layerLocks.acquire(id, signal);
    try {
      return await this.#withTaskLock(id, signal, () =>
        translateErrors(action, startContainer(this.#context, ref, signal)),
      );
    } finally {
      release();
    }
  }

  stop(ref: ContainerRef, how: StopOrder, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`stop container ${ref.container}`, signal);
    return translateErrors(action, stopContainer(this.#context, ref, how, signal));
  }

  pause(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`pause container ${ref.container}`, signal);
    return translateErrors(action, pauseContainer(this.#context, ref, signal));
  }

  resume(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`resume container ${ref.container}`, signal);
    return translateErrors(action, resumeContainer(this.#context, ref, signal));
  }

  update(ref: ContainerRef, resources: Resources, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`change the limits of container ${ref.container}`, signal);
    return translateErrors(action, updateContainer(this.#context, ref, resources, signal));
  }

  exec(ref: ContainerRef, request: ExecRequest, signal?: AbortSignal): Promise<ExecSession> {
    const action = this.#call(`run a command in container ${ref.container}`, signal);
    const what = { ref, request };
    return translateErrors(action, execContainer(this.#context, this.#execs, what, signal));
  }

  reclaim(signal?: AbortSignal): Promise<void> {
    const action = this.#call('clean up after an earlier capsuled', signal);
    return translateErrors(action, this.#reclaim(signal));
  }

  endAbandoned(signal?: AbortSignal): Promise<void> {
    const action = this.#call('end commands whose client has left', signal);
    return translateErrors(action, this.#endAbandoned(signal));
  }

  usage(of: RunningContainer): Promise<ContainerUsage | undefined> {
    return containerUsage(this.#context, of);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return findLimits(this.#context.cgroupRoot);
  }

  /** A removal that has begun ignores the signal: a half-removed container is of no use. */
  async remove(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const action = this.#call(`remove container ${ref.container}`, undefined);
    await this.#withTaskLock(containerId(ref), signal, () =>
      translateErrors(action, removeContainer(this.#context, ref)),
    );
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return watchEvents(this.#context, this.#owners, signal);
  }

  async probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }> {
    try {
      const { version } = await this.#context.client.version.version({}, callOptions(signal));
      return { ok: true, detail: `containerd ${version}` };
    } catch (cause) {
      const error = translateError(cause, this.#context.client.socketPath, signal);
      const why = isCapsuleError(error) ? error.why : undefined;
      const text = error instanceof Error ? error.message : String(error);
      return { ok: false, detail: why === undefined ? text : `${text}: ${why}` };
    }
  }

  async #endAbandoned(signal?: AbortSignal): Promise<void> {
    await reclaimExecs(this.#context, this.#execs, signal);
    await settleLeft(this.#context, signal);
  }

  async #reclaim(signal?: AbortSignal): Promise<void> {
    const { client } = this.#context;
    await reclaimExecs(this.#context, this.#execs, signal);
    await settleAll(this.#context, signal);
    await this.#context.users.removeLeft();
    // Records first: the content that they name is collected with the last lease that kept it.
    await removeLeftRecords(client, signal);
    await endLeftLeases(client, signal);
  }

  /** Runs `work` while no other call settles or deletes the container's task. */
  async #withTaskLock<T>(
    id: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const release = await this.#context.taskLocks.acquire(id, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #call(action: string, signal: AbortSignal | undefined): CallContext {
    return { action, socketPath: this.#context.client.socketPath, signal };
  }

  #remember({ id, ref }: ContainerSeen): void {
    this.#owners.set(id, ref);
  }
}

function ownCapabilities(): readonly string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  return parseCapabilityMask(/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0');
}
