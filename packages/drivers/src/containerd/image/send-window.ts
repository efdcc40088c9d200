/**
 * The number of bytes that the receiver allows capsuled to send. The sender waits with `take`, and `give`
 * adds to it; after `close`, waiting ends with 0.
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

  /**
   * Resolves with a number between 1 and `wanted` of bytes that may be sent now, or with 0 after the close.
   */
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
