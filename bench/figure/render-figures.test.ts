import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Machine } from '../host/machine.ts';
import type { Figure } from './figure.ts';
import { renderFigures } from './render-figures.ts';
import { summarise } from './statistics.ts';
import { writeFigures } from './write-figures.ts';

const machine: Machine = {
  measuredAt: '2026-01-02T03:04:05Z',
  system: 'Debian',
  kernel: '6.12',
  processor: 'x',
  cores: 2,
  memoryMiB: 1000,
  others: 0.1,
  podman: 'podman version 5',
  commit: 'abc',
};
const figures: readonly Figure[] = [
  { id: 'P1', what: 'ratio', unit: 'x', goal: { most: 1.25 }, summary: summarise([1.2, 1.3]) },
  { id: 'P10', what: 'rate', unit: 'MB/s', goal: { least: 900 }, summary: summarise([100]) },
  { id: 'P11', what: 'x'.repeat(33), unit: 'MB/s', summary: summarise([12_345, 23_456]) },
];

test('the table fits 80 columns and marks the goals that are held', () => {
  const lines = renderFigures({ machine, figures }).split('\n').slice(3);
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.match(lines[1] ?? '', /^ratio +<= 1\.25 +1\.25 x +1\.21 to 1\.29 +2 ok$/);
  assert.match(lines[2] ?? '', /1 NO$/);
});

test('new figures replace older ones, and nothing else changes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'capsule-figures-'));
  const path = join(directory, 'page.md');
  const old = '| P1 | old | | 1 x |\n| P2 | kept | | 1 x |';
  await writeFile(path, `before\n<!-- figures -->\n${old}\n<!-- /figures -->\nafter\n`);
  const order = ['P1', 'P2', 'P10'];
  const results = {
    P1: { machine, figures: figures.slice(0, 1) },
    P10: { machine: { ...machine, others: 1.5 }, figures: figures.slice(1, 2) },
  };
  await writeFigures(path, results, order);
  const once = await readFile(path, 'utf8');
  await writeFigures(path, results, order);
  assert.equal(await readFile(path, 'utf8'), once);
  await rm(directory, { recursive: true });
  assert.match(once, /^before\n<!-- figures -->\nMeasured on Debian, Linux 6.12, 2 × x, 1000 MiB/);
  const rows = once.split('\n').filter((line) => line.startsWith('| P'));
  assert.deepEqual(rows, [
    '| P1 | ratio | ≤ 1.25 | 1.25 x | 1.21 to 1.29 | 2 | held | 0.1 | 2026-01-02, abc |',
    '| P2 | kept | | 1 x |',
    '| P10 | rate | ≥ 900 | 100 MB/s | 100 to 100 | 1 | **missed**, indicative | 1.5 | 2026-01-02, abc |',
  ]);
  assert.ok(once.endsWith('|\n<!-- /figures -->\nafter\n'));
});
