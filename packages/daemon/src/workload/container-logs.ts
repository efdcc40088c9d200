import type { ContainerRef, LogStore } from '@capsule/core';

export interface ContainerLogsParts {
  readonly store: LogStore;
  /** Path of a container's log file. */
  readonly pathOf: (ref: ContainerRef) => string;
  /** Path of the log of a microVM's console. */
  readonly serialPathOf: (ref: ContainerRef) => string;
}

/** All logs of containers. */
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
