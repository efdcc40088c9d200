import { type CellId, type ContainerRef, cellKey, containerKey } from '@capsule/core';
import type { SiblingRetries } from './sibling-retries.ts';

export interface SiblingPullsParts {
  readonly retries: Pick<SiblingRetries, 'fail'>;
  /** Called when a pull has ended, well or not. */
  readonly onEnd: (ref: ContainerRef) => void;
}

interface Pull {
  readonly ref: ContainerRef;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A planner need not look at the sibling before: the end of the pull wakes its cell. */
const LOOK_AGAIN_MS = 60_000;

/**
 * The pulls for siblings of cells that are to run. They go on between the reconciles of their cell: a slow registry
 * must not delay a restart of the root, or of another sibling, that is due.
 */
export class SiblingPulls implements AsyncDisposable {
  readonly #parts: SiblingPullsParts;
  /** By the key of the container. */
  readonly #pulls = new Map<string, Pull>();

  constructor(parts: SiblingPullsParts) {
    this.#parts = parts;
  }

  /** Begins a pull. A failure begins the next pause of the sibling. */
  begin(ref: ContainerRef, work: (signal: AbortSignal) => Promise<void>): void {
    const key = containerKey(ref);
    const stop = new AbortController();
    const pull: Pull = { ref, stop, ended: this.#run(ref, work, stop.signal) };
    this.#pulls.set(key, pull);
    void pull.ended.then(() => {
      if (this.#pulls.get(key) !== pull) return;
      this.#pulls.delete(key);
      this.#parts.onEnd(ref);
    });
  }

  /** Milliseconds for which nothing is to be planned for the sibling; 0 if nothing is pulled for it. */
  heldMs(ref: ContainerRef): number {
    return this.isPulling(ref) ? LOOK_AGAIN_MS : 0;
  }

  isPulling(ref: ContainerRef): boolean {
    return this.#pulls.has(containerKey(ref));
  }

  /** Ends the pulls of a cell: another spec may need other images. */
  reset(cell: CellId): void {
    const owner = cellKey(cell);
    for (const [key, { ref, stop }] of this.#pulls) {
      if (cellKey(ref.cell) !== owner) continue;
      this.#pulls.delete(key);
      stop.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pulls = [...this.#pulls.values()];
    this.#pulls.clear();
    for (const { stop } of pulls) stop.abort();
    await Promise.all(pulls.map(({ ended }) => ended));
  }

  async #run(
    ref: ContainerRef,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) this.#parts.retries.fail(ref, error);
    }
  }
}
