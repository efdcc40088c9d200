import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDescriptor } from './descriptor.ts';

test('a size that no blob can have counts as zero', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const sizeOf = (size: unknown) => readDescriptor({ digest, size })?.size;
  assert.equal(sizeOf(12), 12);
  for (const size of [1.5, -1, 1e300, Number.NaN, '12', undefined]) assert.equal(sizeOf(size), 0);
});
