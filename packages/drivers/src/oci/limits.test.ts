import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChangedLimits, describeLimits } from './limits.ts';

test('a memory limit covers memory and swap together, where swap can be limited', () => {
  assert.deepEqual(describeLimits({ memoryBytes: 64 }, true), { memory: { limit: 64, swap: 64 } });
  assert.deepEqual(describeLimits({ memoryBytes: 64 }, false), { memory: { limit: 64 } });
  assert.deepEqual(describeLimits({ pids: 5 }, true), { pids: { limit: 5 } });
});

test('removing a limit removes it from swap too', () => {
  assert.deepEqual(describeChangedLimits({}, true).memory, { limit: -1, swap: -1 });
  assert.deepEqual(describeChangedLimits({}, false).memory, { limit: -1 });
  assert.deepEqual(describeChangedLimits({ memoryBytes: 9 }, true).memory, { limit: 9, swap: 9 });
});
