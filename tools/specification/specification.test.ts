import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTitles } from './find-titles.ts';
import { claimsIn, readPromises, readSection } from './promises.ts';

const root = join(import.meta.dirname, '../..');

test('every test that a promise names exists', async () => {
  const claims = claimsIn(await readPromises(root));
  assert.ok(claims.length > 100, `only ${claims.length} claims were found`);
  const missing: string[] = [];
  for (const { file, titles } of claims) {
    const source = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (source === undefined) missing.push(`there is no ${file}`);
    else {
      const known = findTitles(file, source);
      missing.push(
        ...titles.filter((title) => !known.has(title)).map((title) => `${file}: ${title}`),
      );
    }
  }
  assert.deepEqual(missing, []);
});

test('a promise has text and at least one test or figure that holds it', async () => {
  const bare = (await readPromises(root))
    .flatMap(({ promises }) => promises)
    .filter(({ promise, held }) => promise === '' || held.length === 0);
  assert.deepEqual(bare, []);
});

test('a section is read with its promises, their tests and their remarks, in order', () => {
  const text = `title: Volumes
promises:
  - promise: >-
      a volume outlives
      its workloads
    held:
      - a/b.test.ts:
          - one
          - it’s two
      - figure V1
      - c.rs:
          - three
`;
  const held = [
    { file: 'a/b.test.ts', titles: ['one', 'it’s two'] },
    'figure V1',
    { file: 'c.rs', titles: ['three'] },
  ];
  assert.deepEqual(readSection(text), {
    title: 'Volumes',
    promises: [{ promise: 'a volume outlives its workloads', held }],
  });
  assert.deepEqual(claimsIn([readSection(text)]), [held[0], held[2]]);
});

test('titles are found in every quoting, and what a template fills in is left open', () => {
  const source = `test('it\\'s one', f); it("the 'other'", f); await t.test(\n  \`of \${x} and \${y}\`, f)`;
  assert.deepEqual(
    findTitles('a.test.ts', source),
    new Set(["it's one", "the 'other'", 'of … and …']),
  );
  assert.deepEqual(findTitles('a.rs', 'fn one() {}\nfn two(x: u8)'), new Set(['one', 'two']));
});
