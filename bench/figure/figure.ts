import type { Summary } from './statistics.ts';

/** One figure of a result. */
export interface Figure {
  /** The id of the goal: `P1`. Several figures may belong to one goal. */
  readonly id: string;
  /** The measured operation and its peer: `apply / ctr run`. */
  readonly what: string;
  /** `x` for a ratio, otherwise the unit. */
  readonly unit: 'x' | 'ms' | 's' | 'MB' | '%' | 'MB/s';
  /** The upper or lower limit of the median; absent for a figure without a goal. */
  readonly goal?: { readonly most: number } | { readonly least: number };
  readonly summary: Summary;
}

/** Whether the median meets the goal; undefined if there is no goal. */
export function isReached({ goal, summary }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'most' in goal ? summary.median <= goal.most : summary.median >= goal.least;
}
