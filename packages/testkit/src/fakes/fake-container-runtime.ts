import {
  type CellId,
  type ContainerRuntime,
  type ContainerSeen,
  type ContainerSpec,
  type ContainerUsage,
  cellKey,
  type ExecRequest,
  type ExecSession,
  type ImageStore,
  type Resources,
  type RuntimeEvent,
  type StopOrder,
  type TaskState,
} from '@capsule/core';
import { Broadcast } from './broadcast.ts';
import { fakeError } from './fake-error.ts';
import { FakeExec } from './fake-exec.ts';
import { FAKE_PROGRAMS, fakeProgram, KILLED } from './fake-program.ts';

interface Entry {
  readonly spec: ContainerSpec;
  seen: ContainerSeen;
}

/** The calls that can be told to fail. */
export type RuntimeCall =
  | 'list'
  | 'inspect'
  | 'create'
  | 'start'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'update'
  | 'exec'
  | 'remove';

/**
 * Containers in memory. Tests end programs (`exit`), make calls fail (`failNext`), and take the whole
 * runtime away and back (`crash`, `recover`): containers outlive that, as they do with containerd.
 */
export class FakeContainerRuntime implements ContainerRuntime {
  readonly #images: Pick<ImageStore, 'get'>;
  readonly #entries = new Map<string, Entry>();
  readonly #events = new Broadcast<RuntimeEvent>();
  readonly #failures = new Map<RuntimeCall, unknown[]>();
  #isUp = true;
  #lastPid = 1000;
  /** Every call that was made, in order: `start web`. */
  readonly calls: string[] = [];

  constructor(images: Pick<ImageStore, 'get'>) {
    this.#images = images;
  }

  /** The next call of that kind fails with `error`. */
  failNext(call: RuntimeCall, error: unknown): void {
    this.#failures.set(call, [...(this.#failures.get(call) ?? []), error]);
  }

  /** The program of a running container ends by itself. */
  exit(cell: CellId, container: string, exitCode: number): void {
    const entry = this.#entries.get(keyOf(cell, container));
    if (entry?.seen.task === 'running') this.#end(entry, exitCode);
  }

  /** Nothing answers any more; event streams end. */
  crash(): void {
    this.#isUp = false;
    this.#events.end();
  }

  recover(): void {
    this.#isUp = true;
  }

  async list(signal?: AbortSignal): Promise<readonly ContainerSeen[]> {
    this.#enter('list', '', signal);
    return [...this.#entries.values()].map(({ seen }) => seen);
  }

  async inspect(
    cell: CellId,
    container: string,
    signal?: AbortSignal,
  ): Promise<ContainerSeen | undefined> {
    this.#enter('inspect', container, signal);
    return this.#entries.get(keyOf(cell, container))?.seen;
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    this.#enter('create', spec.container, signal);
    const image = await this.#images.get(spec.image);
    if (image === undefined) {
      throw fakeError('RUNTIME_IMAGE_MISSING', 'precondition', `no image ${spec.image}`);
    }
    const key = keyOf(spec.cell, spec.container);
    const existing = this.#entries.get(key);
    if (existing?.spec.revision === spec.revision) return existing.seen;
    if (existing !== undefined) this.#takeDown(key, existing);
    const { cell, container, revision, resources } = spec;
    const seen = {
      id: key,
      cell,
      container,
      revision,
      imageDigest: image.digest,
      resources,
      task: 'none',
    } as const;
    this.#entries.set(key, { spec, seen });
    return seen;
  }

  async start(cell: CellId, container: string, signal?: AbortSignal): Promise<ContainerSeen> {
    this.#enter('start', container, signal);
    const entry = this.#entries.get(keyOf(cell, container));
    if (entry === undefined) {
      throw fakeError('RUNTIME_CONTAINER_MISSING', 'notFound', `no container ${container}`);
    }
    if (entry.seen.task === 'running') return entry.seen;
    const program = fakeProgram(entry.spec.command);
    const { exitCode: _, exitedAt: __, pid: ___, ...rest } = entry.seen;
    if (program.isMissing) {
      entry.seen = { ...rest, task: 'none' };
      throw fakeError('RUNTIME_COMMAND_NOT_FOUND', 'invalid', `${container} has no such program`);
    }
    this.#lastPid += 1;
    entry.seen = { ...rest, task: 'running', pid: this.#lastPid };
    this.#tell(entry, 'started');
    const started = entry.seen;
    if (program.endsWith !== undefined) this.#end(entry, program.endsWith);
    return started;
  }

  async stop(
    cell: CellId,
    container: string,
    _how: StopOrder,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#enter('stop', container, signal);
    const entry = this.#entries.get(keyOf(cell, container));
    if (entry?.seen.task !== 'running' && entry?.seen.task !== 'paused') return;
    this.#end(entry, fakeProgram(entry.spec.command).isStubborn ? KILLED : 0);
  }

  async pause(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    this.#enter('pause', container, signal);
    this.#hold(keyOf(cell, container), 'running', 'paused');
  }

  async resume(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    this.#enter('resume', container, signal);
    this.#hold(keyOf(cell, container), 'paused', 'running');
  }

  #hold(key: string, from: TaskState, to: TaskState): void {
    const entry = this.#entries.get(key);
    if (entry?.seen.task !== from) return;
    entry.seen = { ...entry.seen, task: to };
    this.#tell(entry, 'changed');
  }

  async update(
    cell: CellId,
    container: string,
    resources: Resources,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#enter('update', container, signal);
    const entry = this.#entries.get(keyOf(cell, container));
    if (entry === undefined) {
      throw fakeError('RUNTIME_CONTAINER_MISSING', 'notFound', `no container ${container}`);
    }
    entry.seen = { ...entry.seen, resources };
  }

  async exec(
    cell: CellId,
    container: string,
    request: ExecRequest,
    signal?: AbortSignal,
  ): Promise<ExecSession> {
    this.#enter('exec', container, signal);
    if (this.#entries.get(keyOf(cell, container))?.seen.task !== 'running') {
      throw fakeError('RUNTIME_NOT_RUNNING', 'precondition', `${container} is not running`);
    }
    if (request.command[0] === FAKE_PROGRAMS.missing) {
      throw fakeError('RUNTIME_COMMAND_NOT_FOUND', 'invalid', 'there is no such program');
    }
    return new FakeExec(request);
  }

  async reclaim(): Promise<void> {}

  async endAbandoned(): Promise<void> {}

  async usage(cell: CellId, container: string, pid: number): Promise<ContainerUsage | undefined> {
    const seen = this.#entries.get(keyOf(cell, container))?.seen;
    return seen?.pid === pid ? { cpuMicros: pid, memoryBytes: 4096, pids: 1 } : undefined;
  }

  async limits(): Promise<ReadonlySet<keyof Resources>> {
    return new Set(['memoryBytes', 'cpuMillis', 'pids']);
  }

  async remove(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    this.#enter('remove', container, signal);
    const key = keyOf(cell, container);
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#takeDown(key, entry);
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    if (!this.#isUp) throw unavailable();
    return this.#events.listen(signal);
  }

  async probe(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return this.#isUp ? { ok: true, detail: 'fake' } : { ok: false, detail: 'crashed' };
  }

  #enter(call: RuntimeCall, subject: string, signal?: AbortSignal): void {
    signal?.throwIfAborted();
    this.calls.push(subject === '' ? call : `${call} ${subject}`);
    if (!this.#isUp) throw unavailable();
    const failures = this.#failures.get(call) ?? [];
    if (failures.length > 0) throw failures.shift();
  }

  #takeDown(key: string, entry: Entry): void {
    if (entry.seen.task === 'running') this.#end(entry, KILLED);
    this.#entries.delete(key);
    this.#tell(entry, 'deleted');
  }

  #end(entry: Entry, exitCode: number): void {
    const { pid: _, ...rest } = entry.seen;
    entry.seen = { ...rest, task: 'stopped', exitCode, exitedAt: Date.now() };
    this.#tell(entry, 'exited', exitCode);
  }

  #tell({ spec }: Entry, kind: RuntimeEvent['kind'], exitCode?: number): void {
    const { cell, container } = spec;
    const event = { cell, container, kind, at: Date.now() };
    this.#events.send(exitCode === undefined ? event : { ...event, exitCode });
  }
}

function keyOf(cell: CellId, container: string): string {
  return `${cellKey(cell)}_${container}`;
}

function unavailable() {
  return fakeError('RUNTIME_UNAVAILABLE', 'unavailable', 'the fake runtime has crashed');
}
