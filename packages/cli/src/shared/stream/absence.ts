import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';

/** How long a capsule may be away: capsuled is back in 2 s, a machine may take longer. */
const AWAY_MAX_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * Judges failures of calls to a capsule that may be restarting. One that was never reached is not
 * away, it is not there.
 */
export class Absence {
  readonly #now: () => number;
  #wasReached = false;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The capsule answered. */
  end(): void {
    this.#wasReached = true;
    this.#since = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Throws the failure again, unless the capsule is away and may come back. */
  note(error: unknown): void {
    if (!isCapsuleError(error) || error.kind !== 'unavailable') throw error;
    if (error.code === 'API_CONNECTION_LOST') this.#wasReached = true;
    if (!this.#wasReached) throw error;
    this.#since ??= this.#now();
    if (this.#now() - this.#since > AWAY_MAX_MS) throw error;
  }

  /** Waits before the next attempt, longer each time. */
  async pause(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    try {
      await delay(pauseMs, undefined, { signal });
    } catch {
      // Node wraps the reason of an abort; ours says what to do.
      signal.throwIfAborted();
    }
  }
}
