/** The wait between retries. Times in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Random share of the delay: 0.2 means between 80 % and 120 %. */
  readonly jitter: number;
}

/**
 * The wait after the `failures`-th failure in a row (from 1). Doubles from `firstMs` to `mostMs`.
 * `random` is in [0, 1).
 */
export function backOffMs(backOff: BackOff, failures: number, random: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const base = Math.min(backOff.firstMs * 2 ** doublings, backOff.mostMs);
  return Math.round(base * (1 - backOff.jitter + 2 * backOff.jitter * random));
}
