import { type Figure, isReached } from './figure.ts';
import type { Result } from './results.ts';

const WIDTHS = [36, 10, 10, 15, 5] as const;

/** A table for a terminal of 80 columns. */
export function renderFigures({ machine, figures }: Result): string {
  const head = ['what', 'goal', 'median', 'p10 to p90', 'n'];
  const rows = [head, ...figures.map(cellsOf)];
  const lines = rows.map((cells) => cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(''));
  const { system, kernel, processor, cores, memoryMiB, others, podman, commit } = machine;
  return [
    `${system}, Linux ${kernel}, ${cores} x ${processor}, ${memoryMiB} MiB`,
    `${podman}; capsule ${commit}; others used ${others.toFixed(1)} cores`,
    '',
    ...lines.map((line) => line.trimEnd()),
  ].join('\n');
}

function cellsOf(figure: Figure): string[] {
  const { what, unit, summary } = figure;
  const reached = isReached(figure);
  const mark = reached === undefined ? '' : reached ? ' ok' : ' NO';
  const spread = `${number(summary.p10)} to ${number(summary.p90)}`;
  return [what, goalOf(figure), `${number(summary.median)} ${unit}`, spread, `${summary.n}${mark}`];
}

/** `<= 1.25`, or empty. */
export function goalOf({ goal }: Figure): string {
  if (goal === undefined) return '';
  return 'most' in goal ? `<= ${number(goal.most)}` : `>= ${number(goal.least)}`;
}

/** Three significant digits; the spread does not justify more. */
export function number(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
