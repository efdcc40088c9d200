import type { ContainerRef, LogStore } from '@capsule/core';

export interface ContainerLogsParts {
  readonly store: LogStore;
  /** Where the log writer puts the output of a container. */
  readonly pathOf: (ref: ContainerRef) => string;
  /** Of a microVM's console. */
  readonly serialPathOf: (ref: ContainerRef) => string;
}

/** All that is logged of containers. */
export class ContainerLogs {
  readonly #parts: ContainerLogsParts;

  constructor(parts: ContainerLogsParts) {
    this.#parts = parts;
  }

  async exist(ref: ContainerRef): Promise<boolean> {
    const { store, pathOf, serialPathOf } = this.#parts;
    return (await store.exists(pathOf(ref))) || store.exists(serialPathOf(ref));
  }

  async remove(ref: ContainerRef): Promise<void> {
    const { store, pathOf, serialPathOf } = this.#parts;
    await store.remove(serialPathOf(ref));
    await store.remove(pathOf(ref));
  }
}
