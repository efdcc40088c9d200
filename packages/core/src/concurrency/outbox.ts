/**
 * Messages on their way to a call, in order. `push` resolves when the message was taken, so that a
 * producer never reads ahead of a slow capsule.
 */
export class Outbox<T> {
  readonly #waiting: { readonly message: T; readonly taken: () => void }[] = [];
  #wake = Promise.withResolvers<void>();
  #isClosed = false;

  /** Resolves when the message was taken, or when the outbox is closed. */
  async push(message: T): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ message, taken: resolve });
    this.#wake.resolve();
    await promise;
  }

  close(): void {
    this.#isClosed = true;
    for (const { taken } of this.#waiting.splice(0)) taken();
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next.message;
        next.taken();
      } else if (this.#isClosed) {
        return;
      } else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    }
  }
}
