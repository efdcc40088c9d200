import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TIMES } from '../limits.ts';
import { planTries } from './plan-tries.ts';

const upstream = (address: string) => ({ address, port: 53 });
const [ONE, TWO, THREE] = [upstream('192.0.2.1'), upstream('192.0.2.2'), upstream('192.0.2.3')];
const addresses = (...planned: Parameters<typeof planTries>) =>
  planTries(...planned).map((each) => each.upstream.address.slice(-1));

test('upstreams take turns, starting with the one that answered last', () => {
  assert.deepEqual(addresses([ONE, TWO, THREE], undefined), ['1', '2', '3', '1']);
  assert.deepEqual(addresses([ONE, TWO, THREE], TWO), ['2', '3', '1', '2']);
  assert.deepEqual(addresses([ONE], undefined), ['1', '1', '1', '1']);
  assert.deepEqual(addresses([ONE, TWO], THREE), ['1', '2', '1', '2']);
});

test('without upstreams there is nothing to try', () => {
  assert.deepEqual(planTries([], ONE), []);
});

test('every upstream is asked before the question fails', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(3), (count, first) => {
      const all = [ONE, TWO, THREE].slice(0, count);
      const tries = planTries(all, all[first]);
      assert.equal(new Set(tries.map((each) => each.upstream)).size, count);
      const startMs = tries.slice(0, -1).reduce((sum, { patienceMs }) => sum + patienceMs, 0);
      assert.ok(startMs < TIMES.questionMs);
    }),
  );
});
