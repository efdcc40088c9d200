import { formatBytes } from '../render/bytes.ts';

/** Long enough to be calm, short enough to follow a change. */
const WINDOW_MS = 5000;
/** A rate of less time is chance. */
const FIRST_RATE_MS = 500;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** How far a transfer is, how fast it goes, and how long it will take; from the first look on. */
export class TransferMeter {
  readonly #now: () => number;
  #samples: readonly Sample[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `45%, 90 MiB of 200 MiB, 12 MiB/s, 9s left`; a total of 0 is not known. */
  describe(bytes: number, totalBytes: number): string {
    const rate = this.#rateAt(bytes);
    const left = totalBytes - bytes;
    const amount = formatBytes(bytes);
    return [
      ...(totalBytes > 0 ? [`${percentOf(bytes, totalBytes)}%`] : []),
      totalBytes > 0 ? `${amount} of ${formatBytes(totalBytes)}` : amount,
      ...(rate === undefined ? [] : [`${formatBytes(rate)}/s`]),
      ...(rate !== undefined && rate >= 1 && left > 0 ? [`${formatTime(left / rate)} left`] : []),
    ].join(', ');
  }

  /** Bytes a second over the last moments. */
  #rateAt(bytes: number): number | undefined {
    const at = this.#now();
    const before = this.#samples.findLast((sample) => sample.at <= at - WINDOW_MS);
    const recent = this.#samples.filter((sample) => sample.at > at - WINDOW_MS);
    this.#samples = [...(before ? [before] : []), ...recent, { at, bytes }];
    const [first] = this.#samples;
    if (first === undefined || at - first.at < FIRST_RATE_MS) return undefined;
    return (Math.max(bytes - first.bytes, 0) * 1000) / (at - first.at);
  }
}

/** Never 100 before it is all there. */
function percentOf(bytes: number, totalBytes: number): number {
  return Math.floor(Math.min(bytes / totalBytes, 1) * 100);
}

/** `9s`, `3m20s`, `2h5m`. */
function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}m${whole % 60}s`
    : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
