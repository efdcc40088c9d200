import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findClaims, findTitles } from './claims.ts';

const root = join(import.meta.dirname, '../..');

test('every test that the specification names exists', async () => {
  const claims = findClaims(await readFile(join(root, 'docs/SPECIFICATION.md'), 'utf8'));
  assert.ok(claims.length > 100, `only ${claims.length} were found`);
  const missing: string[] = [];
  for (const { file, title, line } of claims) {
    const source = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (source === undefined) missing.push(`${line}: there is no ${file}`);
    else if (!findTitles(file, source).has(title)) missing.push(`${line}: ${file}: ${title}`);
  }
  assert.deepEqual(missing, []);
});

test('claims are found wherever they stand, with their line', () => {
  const document =
    '\n| a | it works: `a/b.test.ts`: “one”, “it’s two”; `c.rs`: “three” |\n`d.ts`: no title';
  assert.deepEqual(findClaims(document), [
    { file: 'a/b.test.ts', title: 'one', line: 2 },
    { file: 'a/b.test.ts', title: 'it’s two', line: 2 },
    { file: 'c.rs', title: 'three', line: 2 },
  ]);
});

test('titles are found in every quoting, and what a template fills in is left open', () => {
  const source = `test('it\\'s one', f); it("the 'other'", f); await t.test(\n  \`of \${x} and \${y}\`, f)`;
  assert.deepEqual(
    findTitles('a.test.ts', source),
    new Set(["it's one", "the 'other'", 'of … and …']),
  );
  assert.deepEqual(findTitles('a.rs', 'fn one() {}\nfn two(x: u8)'), new Set(['one', 'two']));
});
