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
  RealmNamespaces,
  Resources,
  RunningContainer,
  RuntimeEvent,
  StopOrder,
} from '@capsule/core';
import { allOrFirstError, isCapsuleError, nameOfContainer } from '@capsule/core';
import { findLimits } from '../cgroup/find-limits.ts';
import { type Architecture, architectureOf } from '../oci/architecture.ts';
import { parseCapabilityMask } from '../oci/capability-set.ts';
import { containerId } from '../oci/container-id.ts';
import { callOptions } from './client/call-options.ts';
import type { ContainerdConnection } from './client/containerd-connection.ts';
import { type CallContext, translateError, translateErrors } from './client/rpc-error.ts';
import { execContainer } from './exec/exec-container.ts';
import { ContainerdFiles } from './files/containerd-files.ts';
import { PerRealm } from './realm/per-realm.ts';
import { endAbandoned, reclaim } from './reclaim.ts';
import { containerUsage } from './runtime/container-usage.ts';
import type { RuntimeContext } from './runtime/context.ts';
import { createContainer } from './runtime/create-container.ts';
import { inspectContainer } from './runtime/list-containers.ts';
import { listRealms } from './runtime/list-realms.ts';
import { openContext } from './runtime/open-context.ts';
import { pauseContainer, resumeContainer } from './runtime/pause-container.ts';
import { removeContainer } from './runtime/remove-container.ts';
import { startContainer } from './runtime/start-container.ts';
import { stopContainer } from './runtime/stop-container.ts';
import { withTaskLock } from './runtime/task-lock.ts';
import { updateContainer } from './runtime/update-container.ts';
import { watchEvents } from './runtime/watch-events.ts';

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
  /** The folder in which it mounts layers, below one for each namespace. Default `/run/capsule-files`. */
  readonly filesScratch?: string;
  /** The folder of the FIFOs of execs, below one for each namespace. Default `/run/capsule-exec`. */
  readonly execRoot?: string;
  /** An empty folder on which images are mounted to read them. Default `/run/capsule/view`. */
  readonly scratch?: string;
}

const DEFAULTS = {
  logBinary: '/usr/bin/capsule-log',
  snapshotter: 'overlayfs',
  cgroupRoot: '/sys/fs/cgroup',
  filesBinary: '/usr/bin/capsule-files',
  filesScratch: '/run/capsule-files',
  execRoot: '/run/capsule-exec',
  scratch: '/run/capsule/view',
};

/**
 * Runs containers with containerd and runc, each in the namespace of its realm. A call about a container of an
 * unknown realm fails with `REALM_UNKNOWN`.
 */
export class ContainerdRuntime implements ContainerRuntime {
  readonly #connection: ContainerdConnection;
  readonly #realms: PerRealm<RuntimeContext>;
  readonly #cgroupRoot: string;
  readonly #files: ContainerFiles;

  constructor(
    connection: ContainerdConnection,
    realms: RealmNamespaces,
    options: ContainerdRuntimeOptions = {},
  ) {
    const whole = { ...DEFAULTS, ...options };
    const machine = {
      architecture: options.arch ?? architectureOf(arch()),
      available: options.capabilities ?? ownCapabilities(),
    };
    this.#connection = connection;
    this.#cgroupRoot = whole.cgroupRoot;
    this.#realms = new PerRealm(realms, (realm) =>
      openContext(connection.in(realm), { ...whole, ...machine }),
    );
    this.#files = new ContainerdFiles(this.#realms);
  }

  async list(signal?: AbortSignal): Promise<readonly ContainerSeen[]> {
    const action = this.#call('list containers', signal);
    return translateErrors(action, listRealms(this.#realms.all(), signal));
  }

  async inspect(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen | undefined> {
    const action = this.#call(`inspect container ${nameOfContainer(ref)}`, signal);
    return translateErrors(action, inspectContainer(this.#contextOf(ref), ref, signal));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#call(`create container ${nameOfContainer(spec.ref)}`, signal);
    const context = this.#contextOf(spec.ref);
    const seen = await translateErrors(action, createContainer(context, spec, signal));
    context.owners.set(seen.id, seen.ref);
    return seen;
  }

  /** Access to the files of the same containers. */
  get files(): ContainerFiles {
    return this.#files;
  }

  async start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen> {
    const action = this.#call(`start container ${nameOfContainer(ref)}`, signal);
    const context = this.#contextOf(ref);
    // Two mounts of the same layers, one of them written to, would damage each other.
    const release = await context.layerLocks.acquire(containerId(ref), signal);
    try {
      return await withTaskLock(context, ref, signal, () =>
        translateErrors(action, startContainer(context, ref, signal)),
      );
    } finally {
      release();
    }
  }

  async stop(ref: ContainerRef, how: StopOrder, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`stop container ${nameOfContainer(ref)}`, signal);
    return translateErrors(action, stopContainer(this.#contextOf(ref), ref, how, signal));
  }

  async pause(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`pause container ${nameOfContainer(ref)}`, signal);
    return translateErrors(action, pauseContainer(this.#contextOf(ref), ref, signal));
  }

  async resume(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`resume container ${nameOfContainer(ref)}`, signal);
    return translateErrors(action, resumeContainer(this.#contextOf(ref), ref, signal));
  }

  async update(ref: ContainerRef, resources: Resources, signal?: AbortSignal): Promise<void> {
    const action = this.#call(`change the limits of container ${nameOfContainer(ref)}`, signal);
    return translateErrors(action, updateContainer(this.#contextOf(ref), ref, resources, signal));
  }

  async exec(ref: ContainerRef, request: ExecRequest, signal?: AbortSignal): Promise<ExecSession> {
    const action = this.#call(`run a command in container ${nameOfContainer(ref)}`, signal);
    const what = { ref, request };
    return translateErrors(action, execContainer(this.#contextOf(ref), what, signal));
  }

  reclaim(signal?: AbortSignal): Promise<void> {
    const action = this.#call('clean up after an earlier capsuled', signal);
    return translateErrors(
      action,
      this.#inAll((context) => reclaim(context, signal)),
    );
  }

  endAbandoned(signal?: AbortSignal): Promise<void> {
    const action = this.#call('end commands whose client has disconnected', signal);
    return translateErrors(
      action,
      this.#inAll((context) => endAbandoned(context, signal)),
    );
  }

  usage(of: RunningContainer): Promise<ContainerUsage | undefined> {
    return containerUsage(this.#cgroupRoot, of);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return findLimits(this.#cgroupRoot);
  }

  /** A removal that has begun ignores the signal: a half-removed container is of no use. */
  async remove(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const action = this.#call(`remove container ${nameOfContainer(ref)}`, undefined);
    const context = this.#contextOf(ref);
    await withTaskLock(context, ref, signal, () =>
      translateErrors(action, removeContainer(context, ref)),
    );
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return watchEvents(this.#connection, this.#realms, signal);
  }

  async probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }> {
    try {
      const { version } = await this.#connection.version.version({}, callOptions(signal));
      return { ok: true, detail: `containerd ${version}` };
    } catch (cause) {
      const error = translateError(cause, this.#connection.socketPath, signal);
      const why = isCapsuleError(error) ? error.why : undefined;
      const text = error instanceof Error ? error.message : String(error);
      return { ok: false, detail: why === undefined ? text : `${text}: ${why}` };
    }
  }

  /** Tries all realms, then fails with the first failure. */
  async #inAll(work: (context: RuntimeContext) => Promise<void>): Promise<void> {
    await allOrFirstError(this.#realms.all().map(work));
  }

  /** Fails with `REALM_UNKNOWN`. */
  #contextOf({ cell }: ContainerRef): RuntimeContext {
    return this.#realms.of(cell.realm);
  }

  #call(action: string, signal: AbortSignal | undefined): CallContext {
    return { action, socketPath: this.#connection.socketPath, signal };
  }
}

function ownCapabilities(): readonly string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  return parseCapabilityMask(/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0');
}
