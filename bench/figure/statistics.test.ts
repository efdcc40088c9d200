import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairRatios, summarise } from './statistics.ts';

const samples = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 });

test('a summary of known samples has the right five numbers', () => {
  assert.deepEqual(summarise([4, 1, 3, 2, 5]), {
    n: 5,
    median: 3,
    min: 1,
    max: 5,
    p10: 1.4,
    p90: 4.6,
  });
  assert.equal(summarise([1, 2]).median, 1.5);
});

test('the five numbers are in order and within the samples', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const { n, min, p10, median, p90, max } = summarise(values);
      assert.equal(n, values.length);
      assert.equal(min, Math.min(...values));
      assert.equal(max, Math.max(...values));
      const places = [min, p10, median, p90, max];
      places.slice(1).forEach((place, index) => {
        assert.ok(place >= (places[index] ?? 0) * (1 - 1e-12), `${places}`);
      });
    }),
  );
});

test('at least half of the samples are on either side of the median', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const { median } = summarise(values);
      assert.ok(values.filter((value) => value <= median).length >= values.length / 2);
      assert.ok(values.filter((value) => value >= median).length >= values.length / 2);
    }),
  );
});

test('the order of the samples does not matter', () => {
  fc.assert(
    fc.property(samples, (values) => {
      assert.deepEqual(summarise(values.toReversed()), summarise(values));
    }),
  );
});

test('if the machine is slower during one pair, the ratios do not change', () => {
  const pairs = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })),
  );
  fc.assert(
    fc.property(pairs, fc.constantFrom(1, 2, 4, 8), (values, slower) => {
      const [ours, theirs] = [values.map(([a]) => a), values.map(([, b]) => b)];
      const slowed = (list: number[]) => list.map((sample) => sample * slower);
      assert.deepEqual(pairRatios(slowed(ours), slowed(theirs)), pairRatios(ours, theirs));
    }),
  );
});

test('samples without a pair have no ratio, and an empty list has no summary', () => {
  assert.throws(() => pairRatios([1], []), RangeError);
  assert.throws(() => summarise([]), RangeError);
});
