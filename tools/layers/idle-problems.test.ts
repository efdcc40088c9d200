import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Folders } from './folders.ts';
import { idleProblems } from './idle-problems.ts';
import { tree } from './testing/tree.ts';

const IMPORT = "import { b } from '../b/b.ts';\n";

test('a row whose places imports need passes, for tests too', async (t) => {
  const rows: Folders = { a: { uses: ['b'] }, b: { uses: [] }, c: { uses: [], tests: ['b'] } };
  const files = { 'a/a.ts': IMPORT, 'b/b.ts': '', 'c/c.test.ts': IMPORT };
  assert.deepEqual(await inRows(t, rows, files), []);
});

test('a place of a row that nothing imports is refused', async (t) => {
  const rows: Folders = { a: { uses: ['b'] }, b: { uses: [] }, c: { uses: [], tests: ['a', 'b'] } };
  const files = { 'a/a.ts': '', 'a/a.test.ts': IMPORT, 'b/b.ts': '', 'c/c.ts': IMPORT };
  assert.deepEqual(await inRows(t, rows, files), [
    'the row a of host names b, which nothing there imports',
    'the row c of host names a, which nothing there imports',
    'the row c of host names b, which nothing there imports',
  ]);
});

async function inRows(
  t: Parameters<typeof tree>[0],
  rows: Folders,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  const paths = Object.entries(files).map(([path, text]) => [`packages/host/src/${path}`, text]);
  return idleProblems('host', rows, await tree(t, Object.fromEntries(paths)));
}
