import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderTests } from './find-tests.ts';

test('files with slow tests begin first, and none is lost or doubled', () => {
  assert.deepEqual(orderTests(['c', 'a', 'd', 'b'], ['d', 'absent', 'b']), ['d', 'b', 'a', 'c']);
});
