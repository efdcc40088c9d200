import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOfSubPath } from './sub-path.ts';

test('a subPath is a relative path of plain names', () => {
  for (const good of ['data', 'a/b/c', '.hidden', '..data', 'a b', 'ä'.repeat(127)]) {
    assert.equal(problemOfSubPath(good), undefined, good);
  }
  const bad = ['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\0b', 'x'.repeat(256)];
  for (const text of [...bad, 'ä'.repeat(128), `${'x'.repeat(200)}/`.repeat(6)]) {
    assert.notEqual(problemOfSubPath(text), undefined, text);
  }
});
