import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeIdle } from './idle-cores.ts';

test('the idle share of each minute is printed, from one look to the next', () => {
  const looks = [
    { idleMs: 1_000, wholeMs: 5_000 },
    { idleMs: 1_000, wholeMs: 125_000 },
    { idleMs: 31_000, wholeMs: 245_000 },
    { idleMs: 31_000, wholeMs: 245_000 },
  ];
  assert.match(describeIdle(looks, 2), /the 2 cores, .*: 0 25 0\n$/);
});
