/** A sample set in five numbers. All in the unit of the samples. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly min: number;
  readonly max: number;
}

/** Fails for an empty set: a benchmark without a sample has no figure. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('there is no sample');
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => quantile(sorted, share);
  const [median, p10, p90, min, max] = [at(0.5), at(0.1), at(0.9), at(0), at(1)];
  return { n: samples.length, median, p10, p90, min, max };
}

/**
 * One sample divided by the one that was taken beside it, pair by pair: what slows the whole
 * machine down for a while slows both, and their ratio stays.
 */
export function pairRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  if (ours.length !== theirs.length) throw new RangeError('samples come in pairs');
  return ours.map((sample, index) => sample / (theirs[index] ?? Number.NaN));
}

/** Between two samples by their distance. `sorted` rises and is not empty; `share` is 0 to 1. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
