import type {
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
import { mergeEvents } from './merge-events.ts';

export interface Kinds<T> {
  readonly container: T;
  readonly microVm: T;
}

/**
 * Serves containers and microVMs as one runtime. A name is of one kind at a time: the caller takes down a
 * container of the other kind first.
 */
export class KindRuntime implements ContainerRuntime {
  readonly #kinds: Kinds<ContainerRuntime>;
  readonly #both: readonly ContainerRuntime[];

  constructor(kinds: Kinds<ContainerRuntime>) {
    this.#kinds = kinds;
    this.#both = [kinds.container, kinds.microVm];
  }

  async list(signal?: AbortSignal): Promise<readonly ContainerSeen[]> {
    return (await Promise.all(this.#both.map((runtime) => runtime.list(signal)))).flat();
  }

  async inspect(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen | undefined> {
    const machine = await this.#kinds.microVm.inspect(ref, signal);
    return machine ?? this.#kinds.container.inspect(ref, signal);
  }

  create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const kind = spec.microVm === undefined ? 'container' : 'microVm';
    return this.#kinds[kind].create(spec, signal);
  }

  async start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen> {
    return (await this.#of(ref)).start(ref, signal);
  }

  async stop(ref: ContainerRef, how: StopOrder, signal?: AbortSignal): Promise<void> {
    return (await this.#of(ref)).stop(ref, how, signal);
  }

  async pause(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    return (await this.#of(ref)).pause(ref, signal);
  }

  async resume(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    return (await this.#of(ref)).resume(ref, signal);
  }

  async update(ref: ContainerRef, resources: Resources, signal?: AbortSignal): Promise<void> {
    return (await this.#of(ref)).update(ref, resources, signal);
  }

  async exec(ref: ContainerRef, request: ExecRequest, signal?: AbortSignal): Promise<ExecSession> {
    return (await this.#of(ref)).exec(ref, request, signal);
  }

  async endAbandoned(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.endAbandoned(signal)));
  }

  async reclaim(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.reclaim(signal)));
  }

  async usage(of: RunningContainer): Promise<ContainerUsage | undefined> {
    return (await this.#of(of.ref)).usage(of);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return this.#kinds.container.limits();
  }

  async remove(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.remove(ref, signal)));
  }

  /** Ends with the events of containers, whose runtime may go away. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return mergeEvents(this.#kinds.container, this.#kinds.microVm, signal);
  }

  probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return this.#kinds.container.probe(signal);
  }

  async #of(ref: ContainerRef): Promise<ContainerRuntime> {
    const machine = await this.#kinds.microVm.inspect(ref);
    return machine === undefined ? this.#kinds.container : this.#kinds.microVm;
  }
}
