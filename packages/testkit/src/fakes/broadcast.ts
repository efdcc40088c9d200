/** Hands every value to everyone who listens at that time. */
export class Broadcast<T> {
  readonly #listeners = new Set<(next: IteratorResult<T, undefined>) => void>();

  send(value: T): void {
    for (const listener of this.#listeners) listener({ done: false, value });
  }

  /** Ends all listening that is under way. */
  end(): void {
    for (const listener of this.#listeners) listener({ done: true, value: undefined });
  }

  async *listen(signal: AbortSignal): AsyncGenerator<T> {
    const queue: IteratorResult<T, undefined>[] = [];
    let wake = (): void => undefined;
    const listener = (next: IteratorResult<T, undefined>): void => {
      queue.push(next);
      wake();
    };
    const stop = () => listener({ done: true, value: undefined });
    this.#listeners.add(listener);
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next?.done) return;
        if (next !== undefined) yield next.value;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener('abort', stop);
    }
  }
}
