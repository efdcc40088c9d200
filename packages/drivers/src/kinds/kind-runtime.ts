import type {
  CellId,
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
import { mergeEvents } from './merge-events.ts';

export interface Kinds<T> {
  readonly container: T;
  readonly microVm: T;
}

/**
 * Both kinds of workloads as one runtime. A name is of one kind at a time: the other one, when there is any, was
 * wished before, and is taken down first.
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

  async inspect(
    cell: CellId,
    container: string,
    signal?: AbortSignal,
  ): Promise<ContainerSeen | undefined> {
    const machine = await this.#kinds.microVm.inspect(cell, container, signal);
    return machine ?? this.#kinds.container.inspect(cell, container, signal);
  }

  create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const kind = spec.microVm === undefined ? 'container' : 'microVm';
    return this.#kinds[kind].create(spec, signal);
  }

  async start(cell: CellId, container: string, signal?: AbortSignal): Promise<ContainerSeen> {
    return (await this.#of(cell, container)).start(cell, container, signal);
  }

  async stop(cell: CellId, container: string, how: StopOrder, signal?: AbortSignal): Promise<void> {
    return (await this.#of(cell, container)).stop(cell, container, how, signal);
  }

  async pause(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    return (await this.#of(cell, container)).pause(cell, container, signal);
  }

  async resume(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    return (await this.#of(cell, container)).resume(cell, container, signal);
  }

  async update(
    cell: CellId,
    container: string,
    resources: Resources,
    signal?: AbortSignal,
  ): Promise<void> {
    return (await this.#of(cell, container)).update(cell, container, resources, signal);
  }

  async exec(
    cell: CellId,
    container: string,
    request: ExecRequest,
    signal?: AbortSignal,
  ): Promise<ExecSession> {
    return (await this.#of(cell, container)).exec(cell, container, request, signal);
  }

  async endAbandoned(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.endAbandoned(signal)));
  }

  async reclaim(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.reclaim(signal)));
  }

  async usage(cell: CellId, container: string, pid: number): Promise<ContainerUsage | undefined> {
    return (await this.#of(cell, container)).usage(cell, container, pid);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return this.#kinds.container.limits();
  }

  async remove(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#both.map((runtime) => runtime.remove(cell, container, signal)));
  }

  /** Ends with the events of containers, whose runtime may go away. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return mergeEvents(this.#kinds.container, this.#kinds.microVm, signal);
  }

  probe(signal?: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return this.#kinds.container.probe(signal);
  }

  async #of(cell: CellId, container: string): Promise<ContainerRuntime> {
    const machine = await this.#kinds.microVm.inspect(cell, container);
    return machine === undefined ? this.#kinds.container : this.#kinds.microVm;
  }
}
