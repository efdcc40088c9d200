import { compareLogTimes } from './log-line.ts';
import type { PlacedLine } from './log-reader.ts';

export interface LineChoiceOptions {
  /** Milliseconds since 1970; of the past, only lines of then or later. */
  readonly since: number | undefined;
  /** Of the past, only lines behind the one of this time, whose place is gone. */
  readonly after: string | undefined;
}

/**
 * Which lines of a log are wanted, in the order in which they were written. Clocks are set back and
 * forward: a time says something of the past only, and what is written from now on is wanted.
 */
export class LineChoice {
  readonly #since: number | undefined;
  #after: string | undefined;
  #before: string | undefined;
  #isPast = true;

  constructor({ since, after }: LineChoiceOptions) {
    this.#since = since;
    this.#after = after;
  }

  /** The past has been read. */
  catchUp(): void {
    this.#isPast = false;
  }

  wants({ time }: Pick<PlacedLine, 'time'>): boolean {
    if (!this.#isPast) return true;
    return this.#isBehind(time) && (this.#since === undefined || Date.parse(time) >= this.#since);
  }

  /** Once one line is, all that follow are; so is what follows when the clock was set back. */
  #isBehind(time: string): boolean {
    if (this.#after === undefined) return true;
    const wasSetBack = this.#before !== undefined && compareLogTimes(time, this.#before) < 0;
    this.#before = time;
    if (!wasSetBack && compareLogTimes(time, this.#after) <= 0) return false;
    this.#after = undefined;
    return true;
  }
}
