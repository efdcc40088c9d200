import type { VolumeArchives, VolumeBackend, VolumePool, VolumeUse } from '@capsule/core';

/**
 * Replaces volumes that cannot be reached: every call fails with the reason, and the rest of the capsule
 * works.
 */
export class UnusableVolumes implements VolumeBackend {
  readonly kind: VolumeBackend['kind'];
  readonly archives: VolumeArchives;
  readonly #why: Error;

  constructor(kind: VolumeBackend['kind'], why: Error) {
    this.kind = kind;
    this.#why = why;
    this.archives = {
      imageBytes: () => this.#refuse(),
      readImage: () => refusing(why),
      packTree: () => refusing(why),
      measureTree: () => this.#refuse(),
      unpackTree: () => this.#refuse(),
    };
  }

  async probe(): Promise<VolumePool> {
    const detail = this.#why.message;
    return { ok: false, detail, totalBytes: 0, usedBytes: 0, snapshots: 'copy' };
  }

  /** The capsule's records are shown as lost, which is better than an error for all of them. */
  async list() {
    return [];
  }

  async attached() {
    return new Map<string, VolumeUse>();
  }

  hostPath(): string {
    throw this.#why;
  }

  devicePath(): string {
    throw this.#why;
  }

  folderPath(): string {
    throw this.#why;
  }

  bindFolders = () => this.#refuse();
  create = () => this.#refuse();
  restore = () => this.#refuse();
  grow = () => this.#refuse();
  attach = () => this.#refuse();
  lend = () => this.#refuse();
  isEmpty = () => this.#refuse();
  holds = () => this.#refuse();
  clear = () => this.#refuse();
  detach = () => this.#refuse();
  remove = () => this.#refuse();
  snapshot = () => this.#refuse();

  async listSnapshots() {
    return [];
  }

  removeSnapshot = () => this.#refuse();

  async thaw(): Promise<void> {}

  async trim(): Promise<void> {}

  async #refuse(): Promise<never> {
    throw this.#why;
  }
}

function refusing(why: Error): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(why) }) };
}
