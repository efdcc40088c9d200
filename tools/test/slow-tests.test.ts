import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTitles } from '../specification/find-titles.ts';
import { SLOW_TESTS } from './slow-tests.ts';

const root = join(import.meta.dirname, '../..');

test('every slow test that gives a reason exists', async () => {
  const read = (file: string) => readFile(join(root, file), 'utf8').catch(() => undefined);
  const missing: string[] = [];
  for (const { file, name, from = file } of SLOW_TESTS) {
    const source = await read(from);
    const isThere = source !== undefined && findTitles(from, source).has(name);
    if (!isThere || (await read(file)) === undefined) missing.push(`${file}: ${name}`);
  }
  assert.deepEqual(missing, []);
});
