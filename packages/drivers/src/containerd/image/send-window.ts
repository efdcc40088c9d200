/**
 * How many bytes the receiver allows us to send. One side waits with `take`, the other adds with
 * `give`; after `close`, waiting ends with 0.
 */
export class SendWindow {
  #available = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  give(bytes: number): void {
    this.#available += bytes;
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Resolves with a number of bytes between 1 and `wanted` that may be sent now, or 0 for never. */
  async take(wanted: number): Promise<number> {
    while (this.#available <= 0 && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    if (this.#closed) return 0;
    const taken = Math.min(wanted, this.#available);
    this.#available -= taken;
    return taken;
  }
}
