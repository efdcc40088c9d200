import { readFile, writeFile } from 'node:fs/promises';
import { type Figure, isReached } from './figure.ts';
import type { Machine } from './machine.ts';
import { goalOf, number } from './render-figures.ts';

const MARKED = /(<!-- figures -->\n)[\s\S]*(<!-- \/figures -->)/;

/** Puts the figures in place of those that the document has between its marks. */
export async function writeFigures(
  path: string,
  machine: Machine,
  figures: readonly Figure[],
): Promise<void> {
  const document = await readFile(path, 'utf8');
  await writeFile(path, document.replace(MARKED, `$1${renderMarkdown(machine, figures)}$2`));
}

function renderMarkdown(machine: Machine, figures: readonly Figure[]): string {
  const { measuredAt, system, kernel, cores, processor, memoryMiB, load, podman, commit } = machine;
  return `${[
    `Measured on ${measuredAt.slice(0, 10)} at commit ${commit}: ${system}, Linux ${kernel},`,
    `${cores} × ${processor}, ${memoryMiB} MiB, ${podman}; load ${load.toFixed(2)} before the start.`,
    '',
    '| id | what | goal | median | p10 to p90 | n | |',
    '|---|---|---|---|---|---|---|',
    ...figures.map(rowOf),
  ].join('\n')}\n`;
}

function rowOf(figure: Figure): string {
  const { id, what, unit, summary } = figure;
  const reached = isReached(figure);
  const mark = reached === undefined ? '' : reached ? 'held' : '**missed**';
  const goal = goalOf(figure).replace('<=', '≤').replace('>=', '≥');
  const spread = `${number(summary.p10)} to ${number(summary.p90)}`;
  const cells = [
    id,
    what.trim(),
    goal,
    `${number(summary.median)} ${unit}`,
    spread,
    summary.n,
    mark,
  ];
  return `| ${cells.join(' | ')} |`;
}
