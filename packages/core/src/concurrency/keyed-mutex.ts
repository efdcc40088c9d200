/** One holder of a key at a time; the others wait in the order in which they came. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves with what gives it back; that is idempotent. Throws the reason when `signal` aborts before. */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const before = this.#last.get(key) ?? Promise.resolve();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const mine = before.then(() => released);
    this.#last.set(key, mine);
    void mine.then(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    });
    const aborted = Promise.withResolvers<never>();
    const leave = () => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([before, aborted.promise]);
      return release;
    } catch (error) {
      release();
      throw error;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}
