/** The summary of a set of samples in five numbers, in the unit of the samples. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly min: number;
  readonly max: number;
}

/** Throws for an empty set, because a benchmark without samples has no figure. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('there is no sample');
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => quantile(sorted, share);
  const [median, p10, p90, min, max] = [at(0.5), at(0.1), at(0.9), at(0), at(1)];
  return { n: samples.length, median, p10, p90, min, max };
}

/**
 * Divides each sample by the sample of the peer that was taken at the same time. If the machine is slow for a
 * while, it slows both, and their ratio stays the same.
 */
export function pairRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  if (ours.length !== theirs.length) throw new RangeError('samples come in pairs');
  return ours.map((sample, index) => sample / (theirs[index] ?? Number.NaN));
}

/** Interpolates linearly between two samples. `sorted` is ascending and not empty; `share` is 0 to 1. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
