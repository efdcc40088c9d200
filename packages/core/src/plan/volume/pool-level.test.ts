import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { VolumePool } from '../../port/volume-seen.ts';
import { judgePool, poolPercent } from './pool-level.ts';

const GIB = 1024 ** 3;
const pool = (usedPercent: number, more: Partial<VolumePool> = {}): VolumePool => ({
  ok: true,
  detail: '',
  snapshots: 'instant' as const,
  totalBytes: 10 * GIB,
  usedBytes: Math.round(usedPercent * 0.1 * GIB),
  ...more,
});

test('a pool that fills up is low, then full, and comes back with some distance', () => {
  assert.equal(judgePool(pool(89), 'fine'), 'fine');
  assert.equal(judgePool(pool(90.1), 'fine'), 'low');
  assert.equal(judgePool(pool(98.1), 'low'), 'full');
  assert.equal(judgePool(pool(97.5), 'full'), 'full');
  assert.equal(judgePool(pool(96.9), 'full'), 'low');
  assert.equal(judgePool(pool(89.5), 'low'), 'low');
  assert.equal(judgePool(pool(88.9), 'low'), 'fine');
});

test('metadata counts as data does, and a large pool is not full while it has room', () => {
  assert.equal(judgePool(pool(10, { metadataPercent: 92 }), 'fine'), 'low');
  assert.equal(judgePool(pool(10, { metadataPercent: 99 }), 'fine'), 'full');
  const large = { totalBytes: 1000 * GIB, usedBytes: 985 * GIB };
  assert.equal(judgePool(pool(0, { ...large, usedBytes: 950 * GIB }), 'fine'), 'fine');
  assert.equal(judgePool(pool(0, large), 'low'), 'low');
});

test('a pool that cannot be looked at is judged as before', () => {
  for (const before of ['fine', 'low', 'full'] as const) {
    assert.equal(judgePool(pool(99, { ok: false }), before), before);
    assert.equal(judgePool(pool(0, { ok: false, totalBytes: 0 }), before), before);
  }
});

test('a fuller pool is never judged as roomier', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const level = fc.constantFrom('fine' as const, 'low' as const, 'full' as const);
  const order = { fine: 0, low: 1, full: 2 };
  fc.assert(
    fc.property(percent, percent, level, (one, other, before) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      const judged = (value: number) => order[judgePool(pool(value), before)];
      assert.ok(judged(less) <= judged(more));
      assert.ok(poolPercent(pool(more)) >= poolPercent(pool(less)));
    }),
  );
});
