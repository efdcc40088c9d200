import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permBytes } from './perm-sizes.ts';

const GIB = 1024 ** 3;

test('/perm has a quarter of a disk, within bounds, in whole extents', () => {
  assert.equal(permBytes(2 * GIB), GIB);
  assert.equal(permBytes(5 * GIB), 2 * GIB);
  assert.equal(permBytes(40 * GIB), 10 * GIB);
  assert.equal(permBytes(4000 * GIB), 32 * GIB);
  assert.equal(permBytes(3 * GIB - 1) % (4 * 1024 ** 2), 0);
});
