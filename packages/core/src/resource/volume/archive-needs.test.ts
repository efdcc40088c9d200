import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastVolumeBytes } from './archive-needs.ts';

const MIB = 1024 ** 2;
const least = (entries: number, bytes: number) =>
  leastVolumeBytes({ entries, bytes, volumeBytes: undefined }) / MIB;

test('a small archive needs the least volume, a larger one some more than it holds', () => {
  assert.equal(least(1, 0), 16);
  assert.ok(least(10, 100 * MIB) > 110 && least(10, 100 * MIB) < 130);
  assert.ok(least(10, 10 * 1024 * MIB) < 12 * 1024);
});

test('very many files need inodes, whatever their size', () => {
  // Below 512 MiB there are 256 of them for each MiB, from there on 64.
  assert.ok(least(100_000, 400 * MIB) > 512);
  assert.ok(least(100_000, 0) >= 100_000 / 256);
  assert.ok(least(1_000_000, 0) >= 1_000_000 / 64);
});
