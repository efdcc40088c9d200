import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = join(import.meta.dirname, '../../test/e2e');

test('the page of the end-to-end tests lists each of their files once', () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  assert.deepEqual(listed.toSorted(), files.map((name) => name.replace('.test.ts', '')).toSorted());
});
