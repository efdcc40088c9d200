import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, digestOfFiles } from './digest.ts';

test('equal values have equal digests, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(digestOf(value), digestOf(reversed));
    }),
  );
});

test('the order of a list matters', () => {
  assert.notEqual(digestOf([1, 2]), digestOf([2, 1]));
});

test('names and contents of files count, their times do not', async () => {
  const base = await mkdtemp(join(tmpdir(), 'capsule-digest-'));
  try {
    await mkdir(join(base, 'src'));
    await writeFile(join(base, 'src/a.ts'), 'one');
    const before = await digestOfFiles(base, ['src', 'absent']);
    await utimes(join(base, 'src/a.ts'), 1, 1);
    assert.equal(await digestOfFiles(base, ['src']), before);
    await writeFile(join(base, 'src/a.ts'), 'two');
    assert.notEqual(await digestOfFiles(base, ['src']), before);
    await writeFile(join(base, 'src/a.test.ts'), '');
    const accept = (path: string) => !path.endsWith('.test.ts');
    await writeFile(join(base, 'src/a.ts'), 'one');
    assert.equal(await digestOfFiles(base, ['src'], accept), before);
    assert.equal(await digestOfFiles(base, ['src/a.ts']), before);
  } finally {
    await rm(base, { recursive: true });
  }
});
