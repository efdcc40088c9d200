import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathProblems, readPath } from './newcomer-path.ts';

const row = (stop: number, path: string, lines: number) =>
  `| ${stop} | \`${path}\` | what it does | ${lines} |`;
const page = (...rows: string[]) =>
  ['| | file | does | lines |', '|---|---|---|---|', ...rows].join('\n');
const files: Readonly<Record<string, string>> = { 'a/a.ts': '1\n2\n3\n', 'b/b.ts': '1\n' };
const problems = (...rows: string[]) =>
  pathProblems(readPath(page(...rows)), async (path) => files[path]);

test('a path whose stops are as short as the page says is fine', async () => {
  assert.deepEqual(await problems(row(1, 'a/a.ts', 3), row(2, 'b/b.ts', 997)), []);
});

test('a stop that has grown or is gone, and a path that is too long, are refused', async () => {
  assert.deepEqual(await problems(row(1, 'a/a.ts', 2), row(2, 'c.ts', 999)), [
    "a/a.ts: 3 lines, and the newcomer's path allows it 2",
    "c.ts: a stop of the newcomer's path that is gone",
    "the newcomer's path may have 1001 lines: 1000 are the most",
  ]);
});

test('a page that names no path is refused', async () => {
  assert.equal((await problems()).length, 1);
});
