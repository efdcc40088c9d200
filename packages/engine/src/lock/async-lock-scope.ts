import { AsyncLocalStorage } from 'node:async_hooks';
import type { LockScope } from '@capsule/core';

interface Hold {
  readonly key: string;
  readonly outer: Hold | undefined;
  isOver: boolean;
}

/**
 * Follows who holds which key through awaits, timers and callbacks. Work that outlives its holder holds
 * nothing any more; work that a holder only wakes must begin `outside` of it, as the turns of a
 * `KeyedQueue` do.
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
