import type { Summary } from './statistics.ts';

/** One line of the result. */
export interface Figure {
  /** Of the goals: `P1`. Several figures may belong to one goal. */
  readonly id: string;
  /** The measured operation and its peer: `apply / ctr run`. */
  readonly what: string;
  /** `x` for a ratio, else the unit. */
  readonly unit: 'x' | 'ms' | 's' | 'MB' | '%' | 'MB/s';
  /** The limit of the median, above or below; none for a figure of orientation. */
  readonly goal?: { readonly most: number } | { readonly least: number };
  readonly summary: Summary;
}

/** Whether the median holds the goal; undefined where there is none. */
export function isReached({ goal, summary }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'most' in goal ? summary.median <= goal.most : summary.median >= goal.least;
}
