import type { BuiltImage } from '@capsule/imager';
import type { Figure } from './figure/figure.ts';

/** The inputs of every benchmark. */
export interface Setting {
  /** The image that is run, by all peers alike: one small layer. */
  readonly image: BuiltImage;
  /** How often everything is measured: 1 is the full number, 0.1 a tenth for a quick look. */
  readonly effort: number;
  /** Hours instead of minutes where that shows more. */
  readonly isLong: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts what it needs, measures, and takes everything down again, also when it fails. */
export type Benchmark = (setting: Setting) => Promise<readonly Figure[]>;

/** The number of samples at this effort, two at least. */
export function samplesOf(setting: Setting, full: number): number {
  return Math.max(2, Math.round(full * setting.effort));
}
