import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMachineTime } from './busy-cores.ts';

test('idle and waiting time is not busy, and guest time counts once', () => {
  const text = 'cpu  10 1 5 100 7 2 3 4 10 1\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  assert.deepEqual(parseMachineTime(text), { busy: 25, all: 132 });
});
