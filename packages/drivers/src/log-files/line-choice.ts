import { compareLogTimes } from './log-line.ts';
import type { PlacedLine } from './log-reader.ts';

export interface LineChoiceOptions {
  /** Milliseconds since 1970; leaves out earlier lines of the past. */
  readonly since: number | undefined;
  /** Leaves out lines of the past up to this time, which is that of a line whose position is lost. */
  readonly after: string | undefined;
}

/**
 * Decides which lines of a log to return, in the order in which they were written. Clocks are set back and
 * forward, so only past lines are chosen by their time; every new line is returned.
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

  /** Call it when the past has been read. */
  catchUp(): void {
    this.#isPast = false;
  }

  wants({ time }: Pick<PlacedLine, 'time'>): boolean {
    if (!this.#isPast) return true;
    return this.#isBehind(time) && (this.#since === undefined || Date.parse(time) >= this.#since);
  }

  /**
   * Once a line is after the lost position, all later ones are; so are those written after the clock was set
   * back.
   */
  #isBehind(time: string): boolean {
    if (this.#after === undefined) return true;
    const wasSetBack = this.#before !== undefined && compareLogTimes(time, this.#before) < 0;
    this.#before = time;
    if (!wasSetBack && compareLogTimes(time, this.#after) <= 0) return false;
    this.#after = undefined;
    return true;
  }
}
