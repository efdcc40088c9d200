import { readFile, writeFile } from 'node:fs/promises';
import type { Machine } from '../host/machine.ts';
import { type Figure, isReached } from './figure.ts';
import { mergeRows } from './merge-rows.ts';
import { goalOf, number } from './render-figures.ts';
import type { Results } from './results.ts';

const MARKED = /(<!-- figures -->\n)([\s\S]*)(<!-- \/figures -->)/;
const HEAD = '| id | what | goal | median | p10 to p90 | n | | others | measured |';
const RULE = '|---|---|---|---|---|---|---|---|---|';
/** Of the cores that other programs use; with more, a time says little about a quiet machine. */
const QUIET_CORES = 0.25;

/** Replaces the figures of these results between the marks of the document, and keeps all others. */
export async function writeFigures(
  path: string,
  results: Results,
  order: readonly string[],
): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [, , old = ''] = MARKED.exec(document) ?? [];
  const before = old.split('\n').filter((line) => /^\| [A-Z]/.test(line));
  const measured = new Map(
    Object.entries(results).map(([id, { machine, figures }]) => [
      id,
      figures.map((figure) => rowOf(figure, machine)),
    ]),
  );
  const machines = Object.values(results).map(({ machine }) => describe(machine));
  const earlier = old.split('\n').filter((line) => line.startsWith('Measured on '));
  const text = [
    ...new Set([...earlier, ...machines]),
    '',
    HEAD,
    RULE,
    ...mergeRows({ before, measured, order }),
    '',
  ].join('\n');
  await writeFile(
    path,
    document.replace(MARKED, (_, open, __, close) => open + text + close),
  );
}

function describe({ system, kernel, cores, processor, memoryMiB, podman }: Machine) {
  const hardware = `${cores} × ${processor}, ${memoryMiB} MiB`;
  return `Measured on ${system}, Linux ${kernel}, ${hardware}, ${podman}.`;
}

function rowOf(figure: Figure, { others, commit, measuredAt }: Machine): string {
  const { id, what, unit, summary } = figure;
  const reached = isReached(figure);
  const verdict = reached === undefined ? '' : reached ? 'held' : '**missed**';
  const mark = [verdict, others > QUIET_CORES ? 'indicative' : ''].filter(Boolean).join(', ');
  const goal = goalOf(figure).replace('<=', '≤').replace('>=', '≥');
  const spread = `${number(summary.p10)} to ${number(summary.p90)}`;
  const measured = [`${number(summary.median)} ${unit}`, spread, summary.n, mark];
  const origin = `${measuredAt.slice(0, 10)}, ${commit}`;
  return `| ${[id, what.trim(), goal, ...measured, others.toFixed(1), origin].join(' | ')} |`;
}
