import { AsyncLocalStorage } from 'node:async_hooks';
import type { LockScope } from '@capsule/core';

interface Hold {
  readonly key: string;
  readonly outer: Hold | undefined;
  isOver: boolean;
}

/**
 * Tracks the holder of each key through awaits, timers and callbacks. Work that outlives its holder no longer
 * holds the key. Work that a holder only wakes must start outside of the holder's async context, as the
 * turns of a `KeyedQueue` do.
 */
export class AsyncLockScope implements LockScope {
  readonly #holds = new AsyncLocalStorage<Hold>();

  isHolding(key: string): boolean {
    for (let hold = this.#holds.getStore(); hold !== undefined; hold = hold.outer) {
      if (hold.key === key && !hold.isOver) return true;
    }
    return false;
  }

  async hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const hold: Hold = { key, outer: this.#holds.getStore(), isOver: false };
    try {
      return await this.#holds.run(hold, work);
    } finally {
      hold.isOver = true;
    }
  }
}
