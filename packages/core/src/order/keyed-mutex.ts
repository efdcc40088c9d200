/** One holder of a key at a time; the others wait in the order in which they came. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves with what gives it back; that is idempotent. Throws the reason when `signal` aborts before. */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = before.then(() => promise);
    this.#last.set(key, mine);
    const release = () => {
      resolve();
      if (this.#last.get(key) === mine) this.#last.delete(key);
    };
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    try {
      signal?.throwIfAborted();
      await (signal === undefined ? before : Promise.race([before, aborted]));
      return release;
    } catch (error) {
      resolve();
      throw error;
    }
  }
}
