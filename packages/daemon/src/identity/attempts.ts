/** Refusals that an address may have before it has to wait. */
const FREE = 10;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Addresses that are remembered; the one that failed longest ago is forgotten first. */
const ADDRESSES_MOST = 4096;
/** An address that has not failed for this long starts from zero. */
const FORGET_MS = 600_000;

/**
 * Slows down addresses whose calls are refused again and again: from the eleventh refusal on, each doubles a pause in
 * which calls from the address are refused, but for those with a good token: a neighbour cannot lock an operator out.
 */
export class Attempts {
  readonly #monotonicMs: () => number;
  readonly #failed = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Milliseconds until a refusal of a call from `from` has a reason of its own again; 0: now. */
  pauseMs(from: string): number {
    const failed = this.#failed.get(from);
    if (failed === undefined || failed.count < FREE) return 0;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failed.count - FREE), LONGEST_PAUSE_MS);
    return Math.max(0, failed.at + pause - this.#monotonicMs());
  }

  fail(from: string): void {
    const now = this.#monotonicMs();
    const before = this.#failed.get(from);
    const count = before === undefined || now - before.at > FORGET_MS ? 0 : before.count;
    this.#failed.delete(from);
    this.#failed.set(from, { count: count + 1, at: now });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > ADDRESSES_MOST && oldest !== undefined) this.#failed.delete(oldest);
  }

  succeed(from: string): void {
    this.#failed.delete(from);
  }
}
