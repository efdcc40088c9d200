import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import type {
  CellId,
  ContainerFiles,
  ContainerRuntime,
  ContainerSeen,
  ContainerSpec,
  ContainerUsage,
  ExecRequest,
  ExecSession,
  Resources,
  RuntimeEvent,
  StopOrder,
} from '@capsule/core';
import { isCapsuleError } from '@capsule/core';
import { findLimits } from '../cgroup/find-limits.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { endLeftLeases } from '../client/lease.ts';
import { type Doing, doing, translate } from '../client/rpc-error.ts';
import { until } from '../client/until.ts';
import { type ActiveExecs, execContainer } from '../exec/exec-container.ts';
import { reclaimExecs } from '../exec/reclaim-execs.ts';
import { ContainerdFiles } from '../files/containerd-files.ts';
import { Holds } from '../files/holds.ts';
import { ImageReader } from '../image/image-reader.ts';
import { removeLeftRecords } from '../image/records.ts';
import { type Architecture, architectureOf } from '../oci/architecture.ts';
import { parseCapabilityMask } from '../oci/capability-set.ts';
import { UserFinder } from '../user/user-finder.ts';
import { containerId } from './container-id.ts';
import { containerUsage } from './container-usage.ts';
import type { RuntimeContext } from './context.ts';
import { createContainer } from './create-container.ts';
import { inspectContainer, listContainers } from './list-containers.ts';
import { pauseContainer, resumeContainer } from './pause-container.ts';
import { removeContainer } from './remove-container.ts';
import { settleAll, settleLeft } from './settle-container.ts';
import { startContainer } from './start-container.ts';
import { stopContainer } from './stop-container.ts';
import { updateContainer } from './update-container.ts';
import { type Owner, watchEvents } from './watch-events.ts';

export interface ContainerdRuntimeOptions {
  /** The log writer. Default `/usr/bin/capsule-log`. */
  readonly logBinary?: string;
  /** Default `overlayfs`. */
  readonly snapshotter?: string;
  /** What containers may be given. Default: what this process has. */
  readonly capabilities?: readonly string[];
  /** Default: this machine's. */
  readonly arch?: Architecture;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
  /** The program that works on files. Default `/usr/bin/capsule-files`. */
  readonly filesBinary?: string;
  /** Where it mounts layers. Default `/run/capsule-files`. */
  readonly filesScratch?: string;
  /** Where execs have their FIFOs. Default `/run/capsule-exec`. */
  readonly execRoot?: string;
  /** An empty place to look into images from. Default `/run/capsule/view`. */
  readonly scratch?: string;
}

/** Containers by containerd and runc. */
export class ContainerdRuntime implements ContainerRuntime {
  readonly #context: RuntimeContext;
  /** Kept for events, which carry only ids; an entry goes with its container. */
  readonly #owners = new Map<string, Owner>();
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
      holds: new Holds(),
      settling: new Holds(),
      unsettled: new Set(),
      filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
      filesScratch: options.filesScratch ?? '/run/capsule-files',
    };
    this.#files = new ContainerdFiles(this.#context);
  }

  async list(signal?: AbortSignal): Promise<readonly ContainerSeen[]> {
    const seen = await doing(
      this.#doing('list containers', signal),
      listContainers(this.#context, signal),
    );
    for (const container of seen) this.#remember(container);
    return seen;
  }

  async inspect(
    cell: CellId,
    container: string,
    signal?: AbortSignal,
  ): Promise<ContainerSeen | undefined> {
    const action = this.#doing(`inspect container ${container}`, signal);
    return doing(action, inspectContainer(this.#context, cell, container, signal));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#doing(`create container ${spec.container}`, signal);
    const seen = await doing(action, createContainer(this.#context, spec, signal));
    this.#remember(seen);
    return seen;
  }

  /** The files of the same containers. */
  get files(): ContainerFiles {
    return this.#files;
  }

  async start(cell: CellId, container: string, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#doing(`start container ${container}`, signal);
    // Two mounts of the same layers, one of them written to, would spoil each other.
    const id = containerId(cell, container);
    const release = await this.#context.holds.take(id, signal);
    try {
      return await this.#alone(id, signal, () =>
        doing(action, startContainer(this.#context, cell, container, signal)),
      );
    } finally {
      release();
    }
  }

  stop(cell: CellId, container: string, how: StopOrder, signal?: AbortSignal): Promise<void> {
    const action = this.#doing(`stop container ${container}`, signal);
    return doing(action, stopContainer(this.#context, { cell, container, ...how }, signal));
  }

  pause(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    const action = this.#doing(`pause container ${container}`, signal);
    return doing(action, pauseContainer(this.#context, { cell, container }, signal));
  }

  resume(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    const action = this.#doing(`resume container ${container}`, signal);
    return doing(action, resumeContainer(this.#context, { cell, container }, signal));
  }

  update(
    cell: CellId,
    container: string,
    resources: Resources,
    signal?: AbortSignal,
  ): Promise<void> {
    const action = this.#doing(`change the limits of container ${container}`, signal);
    const owner = { cell, container };
    return doing(action, updateContainer(this.#context, owner, resources, signal));
  }

  exec(
    cell: CellId,
    container: string,
    request: ExecRequest,
    signal?: AbortSignal,
  ): Promise<ExecSession> {
    const action = this.#doing(`run a command in container ${container}`, signal);
    const what = { cell, container, request };
    return doing(action, execContainer(this.#context, this.#execs, what, signal));
  }

  reclaim(signal?: AbortSignal): Promise<void> {
    const action = this.#doing('end what an earlier capsuled left', signal);
    return doing(action, this.#reclaim(signal));
  }

  endAbandoned(signal?: AbortSignal): Promise<void> {
    const action = this.#doing('end commands whose client has left', signal);
    return doing(action, this.#endAbandoned(signal));
  }

  usage(cell: CellId, container: string, pid: number): Promise<ContainerUsage | undefined> {
    return containerUsage(this.#context, { cell, container, pid });
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return findLimits(this.#context.cgroupRoot);
  }

  /** Once begun it is carried through: half a removal helps nobody. */
  async remove(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const action = this.#doing(`remove container ${container}`, undefined);
    await this.#alone(containerId(cell, container), signal, () =>
      doing(action, removeContainer(this.#context, cell, container)),
    );
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return watchEvents(this.#context, this.#owners, signal);
  }

  async probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }> {
    try {
      const { version } = await this.#context.client.version.version({}, until(signal));
      return { ok: true, detail: `containerd ${version}` };
    } catch (cause) {
      const error = translate(cause, this.#context.client.socketPath, signal);
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
    // Records first: what they name is collected with the last lease that kept it.
    await removeLeftRecords(client, signal);
    await endLeftLeases(client, signal);
  }

  /** While its task is not taken away by anybody else. */
  async #alone<T>(id: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const release = await this.#context.settling.take(id, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #doing(action: string, signal: AbortSignal | undefined): Doing {
    return { action, socketPath: this.#context.client.socketPath, signal };
  }

  #remember({ id, cell, container }: ContainerSeen): void {
    this.#owners.set(id, { cell, container });
  }
}

function ownCapabilities(): readonly string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  return parseCapabilityMask(/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0');
}
