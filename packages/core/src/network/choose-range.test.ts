import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOverlap, parseRange } from './address-range.ts';
import { chooseRange, isSpacePool } from './choose-range.ts';

const overlaps = (a: string, b: string) => {
  const [one, other] = [parseRange(a), parseRange(b)];
  return one !== undefined && other !== undefined && isOverlap(one, other);
};

/** Ranges of any size in and around the pool 10.88.0.0/20. */
const anyRange = fc
  .record({ third: fc.nat(31), fourth: fc.nat(255), prefix: fc.integer({ min: 19, max: 32 }) })
  .map(({ third, fourth, prefix }) => `10.88.${third}.${fourth}/${prefix}`);

test('the first space has the first range, and the next one the next', () => {
  assert.equal(chooseRange('10.88.0.0/16', [], []), '10.88.0.0/24');
  assert.equal(chooseRange('10.88.0.0/16', ['10.88.0.0/24'], []), '10.88.1.0/24');
  assert.equal(chooseRange('10.88.0.0/16', ['10.88.1.0/24'], []), '10.88.0.0/24');
});

test('a range in which the machine has one address is skipped, and a wide route as a whole', () => {
  assert.equal(chooseRange('10.88.0.0/16', [], ['10.88.0.53']), '10.88.1.0/24');
  assert.equal(chooseRange('10.88.0.0/16', [], ['10.88.0.0/18', '10.88.64.1/32']), '10.88.65.0/24');
});

test('the choice is the lowest free range: within the pool, apart from all others', () => {
  fc.assert(
    fc.property(fc.array(anyRange), fc.array(anyRange), (taken, used) => {
      const ranges = Array.from({ length: 16 }, (_, at) => `10.88.${at}.0/24`);
      const free = ranges.filter((range) => ![...taken, ...used].some((b) => overlaps(range, b)));
      const choose = () => chooseRange('10.88.0.0/20', taken, used);
      if (free.length === 0) assert.throws(choose, { code: 'SPACE_RANGES_EXHAUSTED' });
      else assert.equal(choose(), free[0]);
    }),
  );
});

test('spaces take all of the pool, one after the other, and no range twice', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 6 }), (used) => {
      const taken: string[] = [];
      for (;;) {
        try {
          taken.push(chooseRange('10.88.0.0/20', taken, used));
        } catch (error) {
          assert.equal((error as { code: string }).code, 'SPACE_RANGES_EXHAUSTED');
          break;
        }
      }
      assert.equal(new Set(taken).size, taken.length);
      assert.ok(taken.every((range) => !used.some((other) => overlaps(range, other))));
    }),
    { numRuns: 50 },
  );
});

test('a pool that cannot be divided is refused', () => {
  for (const pool of ['', '10.88.0.0', '10.88.0.0/25', '10.0.0.0/7', '::/64', '10.88.0/16']) {
    assert.equal(isSpacePool(pool), false, pool);
    assert.throws(() => chooseRange(pool, [], []), { code: 'SPACE_POOL_INVALID' }, pool);
  }
  assert.ok(isSpacePool('10.0.0.0/8') && isSpacePool('192.168.4.0/24'));
});

test('a text that is no range of IPv4 addresses is none', () => {
  for (const text of [
    'default',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fe80::/64',
    '1.2.3',
    '1.2.3.4/ 9',
  ]) {
    assert.equal(parseRange(text), undefined, text);
  }
});
