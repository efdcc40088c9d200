import { AsyncLocalStorage } from 'node:async_hooks';
import { type BackOff, backOffMs } from './back-off.ts';

/** The result of a run: undefined when it is finished, or the delay until the next run. */
export type Requeue = { readonly afterMs: number } | undefined;

/** One run of a key. */
export interface Turn {
  /** Aborts when the run is stale or the queue closes. */
  readonly signal: AbortSignal;
  /**
   * Runs work that mostly waits (for a network, for a process to end) without holding a slot, so that
   * other runs can use it. Takes a slot again before it returns.
   */
  outsideLimit<T>(work: () => Promise<T>): Promise<T>;
}

export interface KeyedQueueOptions {
  readonly concurrency: number;
  readonly backOff: BackOff;
  readonly run: (key: string, turn: Turn) => Promise<Requeue>;
  /** Called after every failed run. `retryInMs` is the delay until the next run. */
  readonly onFailure: (key: string, error: unknown, retryInMs: number) => void;
  readonly random?: () => number;
}

/**
 * idle: nothing to do. ready: waits for a free slot. running: a run is under way. waiting: a timer leads
 * back to ready.
 */
type State = 'idle' | 'ready' | 'running' | 'waiting';

interface Entry {
  state: State;
  /** Another run was requested while this one was under way. */
  again: boolean;
  /** Aborts the run under way when it is stale. */
  abort: AbortController | undefined;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Runs work by key. INVARIANTS: one run of a key at a time; at most `concurrency` runs in all that are
 * not outside the limit; any number of `add`s between two runs cause one run; a run begins after the last `add`.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  /** Turns run in this context: a turn does not inherit the locks of the caller that requested it. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #entries = new Map<string, Entry>();
  readonly #ready: string[] = [];
  readonly #idle: (() => void)[] = [];
  /** Runs that were outside the limit and wait for a slot; they come before runs that have not begun. */
  readonly #returning: (() => void)[] = [];
  /** Runs under way, outside the limit or not. */
  #running = 0;
  #slotsTaken = 0;
  #closed = false;

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  /** Requests a run of the key soon. A key in back-off stays in back-off. */
  add(key: string): void {
    const entry = this.#entry(key);
    if (entry.state === 'waiting' && entry.failures > 0) return;
    this.#wake(key, entry);
  }

  /** Resets the failures and runs the key soon, because the cause of the failures may be gone. */
  retry(key: string): void {
    const entry = this.#entry(key);
    entry.failures = 0;
    this.#wake(key, entry);
  }

  /**
   * The spec itself changed: resets the failures, aborts a run under way, which works for the old spec,
   * and runs the key now.
   */
  restart(key: string): void {
    this.#entries.get(key)?.abort?.abort(new DOMException('the spec changed', 'AbortError'));
    this.retry(key);
  }

  /** Resolves when no key runs or is ready to run. Keys that wait for a timer do not count. */
  async settled(): Promise<void> {
    if (this.#running === 0 && this.#ready.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    await promise;
  }

  /** Aborts all runs and waits for them to end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#ready.length = 0;
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.timer);
      entry.abort?.abort(new DOMException('the queue is closed', 'AbortError'));
    }
    await this.settled();
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      state: 'idle',
      again: false,
      abort: undefined,
      failures: 0,
      timer: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #wake(key: string, entry: Entry): void {
    if (this.#closed || entry.state === 'ready') return;
    if (entry.state === 'running') {
      entry.again = true;
      return;
    }
    clearTimeout(entry.timer);
    entry.state = 'ready';
    this.#ready.push(key);
    this.#fill();
  }

  #fill(): void {
    while (this.#slotsTaken < this.#options.concurrency) {
      const goOn = this.#returning.shift();
      const key = goOn === undefined ? this.#ready.shift() : undefined;
      if (goOn === undefined && key === undefined) break;
      this.#slotsTaken += 1;
      goOn?.();
      if (key === undefined) continue;
      this.#running += 1;
      void this.#outside(() => this.#run(key, this.#entry(key)));
    }
    if (this.#running === 0 && this.#ready.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #run(key: string, entry: Entry): Promise<void> {
    entry.state = 'running';
    entry.again = false;
    const abort = new AbortController();
    entry.abort = abort;
    try {
      const outsideLimit: Turn['outsideLimit'] = (work) => this.#outsideLimit(work);
      const requeue = await this.#options.run(key, { signal: abort.signal, outsideLimit });
      entry.failures = 0;
      this.#settle(key, entry, requeue?.afterMs);
    } catch (error) {
      if (abort.signal.aborted) this.#settle(key, entry, 0);
      else this.#handleFailure(key, entry, error);
    } finally {
      // The next run of the key may have begun already, with an abort of its own.
      if (entry.abort === abort) entry.abort = undefined;
      this.#running -= 1;
      this.#slotsTaken -= 1;
      this.#fill();
    }
  }

  async #outsideLimit<T>(work: () => Promise<T>): Promise<T> {
    this.#slotsTaken -= 1;
    this.#fill();
    try {
      return await work();
    } finally {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#returning.push(resolve);
      this.#fill();
      await promise;
    }
  }

  /** Schedules the retry first: `onFailure` may throw, and the retry must not be lost. */
  #handleFailure(key: string, entry: Entry, error: unknown): void {
    entry.failures += 1;
    const random = (this.#options.random ?? Math.random)();
    const delay = backOffMs(this.#options.backOff, entry.failures, random);
    this.#settle(key, entry, delay);
    this.#options.onFailure(key, error, delay);
  }

  #settle(key: string, entry: Entry, afterMs: number | undefined): void {
    entry.state = 'idle';
    if (this.#closed) return;
    if (entry.again && entry.failures === 0) {
      this.#wake(key, entry);
    } else if (afterMs !== undefined) {
      entry.state = 'waiting';
      entry.timer = setTimeout(() => this.#wake(key, entry), afterMs);
    } else {
      this.#entries.delete(key);
    }
  }
}
