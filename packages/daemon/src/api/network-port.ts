import type { CapsuleError } from '@capsule/core';

export interface NetworkPortParts {
  /** Listens. Disposal of the result closes the port. */
  readonly open: () => Promise<AsyncDisposable>;
  /** The failure of `open`, for people. */
  readonly describe: (failure: unknown) => CapsuleError;
  /** Called when the port cannot be opened, once until it is open. */
  readonly onProblem: (problem: CapsuleError) => void;
  /** Default: 10 seconds. */
  readonly retryMs?: number;
}

const RETRY_MS = 10_000;

/**
 * The port of the API on the network. Another process may have it, also a workload in host mode that took it while
 * capsuled was down: the unix socket works without, and the port is opened when it is free.
 */
export class NetworkPort implements AsyncDisposable {
  readonly #parts: NetworkPortParts;
  #opened: AsyncDisposable | undefined;
  #failure: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(parts: NetworkPortParts) {
    this.#parts = parts;
  }

  /** Tries once; later tries follow by themselves. */
  async start(): Promise<this> {
    await this.#attempt();
    return this;
  }

  /** Another program may have the port by now, so it is described each time. */
  problem(): CapsuleError | undefined {
    return this.#failure === undefined ? undefined : this.#parts.describe(this.#failure);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#opened?.[Symbol.asyncDispose]();
  }

  async #attempt(): Promise<void> {
    const { open, describe, onProblem, retryMs = RETRY_MS } = this.#parts;
    try {
      const opened = await open();
      this.#failure = undefined;
      this.#opened = opened;
      if (this.#isOver) await opened[Symbol.asyncDispose]();
    } catch (failure) {
      const isFirst = this.#failure === undefined;
      this.#failure = failure;
      if (isFirst) onProblem(describe(failure));
      if (this.#isOver) return;
      this.#timer = setTimeout(() => void this.#attempt(), retryMs);
      this.#timer.unref();
    }
  }
}
