import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeapTuning } from './heap-tuning.ts';

test('garbage collection is relaxed from the first call until the last disposal', () => {
  const flags: string[] = [];
  const heap = new HeapTuning((flag) => void flags.push(flag));
  const first = heap.allowGarbage();
  const second = heap.allowGarbage();
  assert.deepEqual(flags, ['--no-optimize-for-size']);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(flags.length, 1);
  second[Symbol.dispose]();
  assert.deepEqual(flags, ['--no-optimize-for-size', '--optimize-for-size']);
});
