import type { BuiltImage } from '@capsule/imager';
import type { Figure } from './figure/figure.ts';

/** The inputs of every benchmark. */
export interface Setting {
  /** The image that all peers run: it has one small layer. */
  readonly image: BuiltImage;
  /** The share of the samples to take: 1 takes all, 0.1 a tenth. */
  readonly effort: number;
  /** Run for hours instead of minutes, in the benchmarks that gain from it. */
  readonly isLong: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts the programs that it needs, measures, and removes everything, also after a failure. */
export type Benchmark = (setting: Setting) => Promise<readonly Figure[]>;

/** The number of samples at this effort; at least two. */
export function samplesOf(setting: Setting, full: number): number {
  return Math.max(2, Math.round(full * setting.effort));
}
