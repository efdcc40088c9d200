import type { ContainerRef, ContainerSeen } from '@capsule/core';

/** The containers of a realm by their ids: events carry nothing else. */
export class Owners {
  readonly #refs = new Map<string, ContainerRef>();
  #isComplete = false;

  get(id: string): ContainerRef | undefined {
    return this.#refs.get(id);
  }

  set(id: string, ref: ContainerRef): void {
    this.#refs.set(id, ref);
  }

  delete(id: string): void {
    this.#refs.delete(id);
  }

  /** Takes a whole list of the realm. */
  replace(seen: readonly ContainerSeen[]): void {
    this.#isComplete = true;
    for (const { id, ref } of seen) this.set(id, ref);
  }

  /** Returns all containers while the realm cannot be listed; undefined where it never was. */
  unseen(): readonly ContainerSeen[] | undefined {
    if (!this.#isComplete) return undefined;
    return [...this.#refs].map(([id, ref]) => ({
      id,
      ref,
      revision: '',
      imageDigest: '',
      resources: {},
      task: 'unknown',
    }));
  }
}
