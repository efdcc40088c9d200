import {
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSeen,
  type ContainerSpec,
  type ContainerUsage,
  containerKey,
  type ExecRequest,
  type ExecSession,
  type ImageStore,
  isAlive,
  type Resources,
  type RunningContainer,
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

/** The calls that a test can make fail. */
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
  /** Keys of containers that cannot be removed. */
  readonly #kept = new Set<string>();
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

  /** The removal of these containers fails until `release`. */
  keep(refs: readonly ContainerRef[]): void {
    for (const ref of refs) this.#kept.add(containerKey(ref));
  }

  release(refs: readonly ContainerRef[]): void {
    for (const ref of refs) this.#kept.delete(containerKey(ref));
  }

  /** The program of a running container ends by itself. */
  exit(ref: ContainerRef, exitCode: number): void {
    const entry = this.#entries.get(containerKey(ref));
    if (entry?.seen.task === 'running') this.#end(entry, exitCode);
  }

  /** Reports a warning about a container, which changes no state. */
  remark(ref: ContainerRef, remark: NonNullable<RuntimeEvent['remark']>): void {
    this.#events.send({ ref, kind: 'remark', at: Date.now(), remark });
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

  async inspect(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen | undefined> {
    this.#enter('inspect', ref.container, signal);
    return this.#entries.get(containerKey(ref))?.seen;
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    this.#enter('create', spec.ref.container, signal);
    const image = await this.#images.get(spec.image);
    if (image === undefined) {
      throw fakeError('RUNTIME_IMAGE_MISSING', 'precondition', `no image ${spec.image}`);
    }
    const key = containerKey(spec.ref);
    const existing = this.#entries.get(key);
    if (existing?.spec.revision === spec.revision) return existing.seen;
    if (existing !== undefined) this.#takeDown(key, existing);
    const { ref, revision, resources } = spec;
    const seen = {
      id: key,
      ref,
      revision,
      imageDigest: image.digest,
      resources,
      task: 'none',
    } as const;
    this.#entries.set(key, { spec, seen });
    return seen;
  }

  async start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen> {
    this.#enter('start', ref.container, signal);
    const entry = this.#entries.get(containerKey(ref));
    if (entry === undefined) {
      throw fakeError('RUNTIME_CONTAINER_MISSING', 'notFound', `no container ${ref.container}`);
    }
    if (entry.seen.task === 'running') return entry.seen;
    const program = fakeProgram(entry.spec.command);
    const { exitCode: _, exitedAt: __, pid: ___, ...rest } = entry.seen;
    if (program.isMissing) {
      entry.seen = { ...rest, task: 'none' };
      throw fakeError(
        'RUNTIME_COMMAND_NOT_FOUND',
        'invalid',
        `${ref.container} has no such program`,
      );
    }
    this.#lastPid += 1;
    entry.seen = { ...rest, task: 'running', pid: this.#lastPid };
    this.#emit(entry, 'started');
    const started = entry.seen;
    if (program.endsWith !== undefined) this.#end(entry, program.endsWith);
    return started;
  }

  async stop(ref: ContainerRef, _how: StopOrder, signal?: AbortSignal): Promise<void> {
    this.#enter('stop', ref.container, signal);
    const entry = this.#entries.get(containerKey(ref));
    if (entry === undefined || !isAlive(entry.seen.task)) return;
    this.#end(entry, fakeProgram(entry.spec.command).isStubborn ? KILLED : 0);
  }

  async pause(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    this.#enter('pause', ref.container, signal);
    this.#hold(containerKey(ref), 'running', 'paused');
  }

  async resume(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    this.#enter('resume', ref.container, signal);
    this.#hold(containerKey(ref), 'paused', 'running');
  }

  #hold(key: string, from: TaskState, to: TaskState): void {
    const entry = this.#entries.get(key);
    if (entry?.seen.task !== from) return;
    entry.seen = { ...entry.seen, task: to };
    this.#emit(entry, 'changed');
  }

  async update(ref: ContainerRef, resources: Resources, signal?: AbortSignal): Promise<void> {
    this.#enter('update', ref.container, signal);
    const entry = this.#entries.get(containerKey(ref));
    if (entry === undefined) {
      throw fakeError('RUNTIME_CONTAINER_MISSING', 'notFound', `no container ${ref.container}`);
    }
    entry.seen = { ...entry.seen, resources };
  }

  async exec(ref: ContainerRef, request: ExecRequest, signal?: AbortSignal): Promise<ExecSession> {
    this.#enter('exec', ref.container, signal);
    if (this.#entries.get(containerKey(ref))?.seen.task !== 'running') {
      throw fakeError('RUNTIME_NOT_RUNNING', 'precondition', `${ref.container} is not running`);
    }
    if (request.command[0] === FAKE_PROGRAMS.missing) {
      throw fakeError('RUNTIME_COMMAND_NOT_FOUND', 'invalid', 'there is no such program');
    }
    return new FakeExec(request);
  }

  async reclaim(): Promise<void> {}

  async endAbandoned(): Promise<void> {}

  async usage({ ref, pid }: RunningContainer): Promise<ContainerUsage | undefined> {
    const seen = this.#entries.get(containerKey(ref))?.seen;
    return seen?.pid === pid ? { cpuMicros: pid, memoryBytes: 4096, pids: 1 } : undefined;
  }

  async limits(): Promise<ReadonlySet<keyof Resources>> {
    return new Set(['memoryBytes', 'cpuMillis', 'cpuShares', 'pids']);
  }

  async remove(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    this.#enter('remove', ref.container, signal);
    const key = containerKey(ref);
    if (this.#kept.has(key)) throw new RangeError('busy');
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
    if (isAlive(entry.seen.task)) this.#end(entry, KILLED);
    this.#entries.delete(key);
    this.#emit(entry, 'deleted');
  }

  #end(entry: Entry, exitCode: number): void {
    const { pid: _, ...rest } = entry.seen;
    entry.seen = { ...rest, task: 'stopped', exitCode, exitedAt: Date.now() };
    this.#emit(entry, 'exited', exitCode);
  }

  #emit({ spec }: Entry, kind: RuntimeEvent['kind'], exitCode?: number): void {
    const event = { ref: spec.ref, kind, at: Date.now() };
    this.#events.send(exitCode === undefined ? event : { ...event, exitCode });
  }
}

function unavailable() {
  return fakeError('RUNTIME_UNAVAILABLE', 'unavailable', 'the fake runtime has crashed');
}
