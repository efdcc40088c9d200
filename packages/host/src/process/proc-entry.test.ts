import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStat } from './proc-entry.ts';

test('a name with parentheses and spaces does not shift the fields', () => {
  assert.deepEqual(parseStat('7 (a) b) Z 3 4 5 0'), { isZombie: true, parent: 3, session: 5 });
});
