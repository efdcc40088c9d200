import { readFile, writeFile } from 'node:fs/promises';
import type { Machine } from '../host/machine.ts';
import { type Figure, isReached } from './figure.ts';
import { goalOf, number } from './render-figures.ts';
import type { Result } from './results.ts';

const MARKED = /(<!-- figures -->\n)[\s\S]*(<!-- \/figures -->)/;

/** Replaces the figures between the marks of the document. */
export async function writeFigures(path: string, results: readonly Result[]): Promise<void> {
  const document = await readFile(path, 'utf8');
  await writeFile(path, document.replace(MARKED, `$1${renderMarkdown(results)}$2`));
}

function renderMarkdown(results: readonly Result[]): string {
  return `${[
    ...new Set(results.map(({ machine }) => describe(machine))),
    '',
    '| id | what | goal | median | p10 to p90 | n | | load | commit |',
    '|---|---|---|---|---|---|---|---|---|',
    ...results.flatMap(({ machine, figures }) => figures.map((figure) => rowOf(figure, machine))),
  ].join('\n')}\n`;
}

function describe({ measuredAt, system, kernel, cores, processor, memoryMiB, podman }: Machine) {
  const hardware = `${cores} × ${processor}, ${memoryMiB} MiB`;
  return `Measured on ${measuredAt.slice(0, 10)}: ${system}, Linux ${kernel}, ${hardware}, ${podman}.`;
}

function rowOf(figure: Figure, { load, commit }: Machine): string {
  const { id, what, unit, summary } = figure;
  const reached = isReached(figure);
  const mark = reached === undefined ? '' : reached ? 'held' : '**missed**';
  const goal = goalOf(figure).replace('<=', '≤').replace('>=', '≥');
  const spread = `${number(summary.p10)} to ${number(summary.p90)}`;
  const measured = [`${number(summary.median)} ${unit}`, spread, summary.n, mark];
  return `| ${[id, what.trim(), goal, ...measured, load.toFixed(1), commit].join(' | ')} |`;
}
