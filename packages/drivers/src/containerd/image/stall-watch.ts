/** Aborts `controller` when there was no progress for `limitMs`. Idle while paused; dispose it. */
export class StallWatch implements Disposable {
  readonly #controller: AbortController;
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** True once it has aborted. */
  stalled = false;

  constructor(controller: AbortController, limitMs: number) {
    this.#controller = controller;
    this.#limitMs = limitMs;
    this.touch();
  }

  /** Restarts the limit after progress. */
  touch(): void {
    this.pause();
    this.#timer = setTimeout(() => {
      this.stalled = true;
      this.#controller.abort();
    }, this.#limitMs);
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.pause();
  }
}
