import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOfKeyName } from './operator-key.ts';

test('a name is a short line without control characters', () => {
  for (const name of ['laptop', 'Ana’s laptop', '机', 'x'.repeat(64)]) {
    assert.equal(problemOfKeyName(name), undefined, name);
  }
  for (const name of ['', 'a\nb', 'a\u001b[2J', '\u202egnp', 'x'.repeat(65)]) {
    assert.notEqual(problemOfKeyName(name), undefined, JSON.stringify(name));
  }
});
