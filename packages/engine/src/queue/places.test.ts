import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Places } from './places.ts';

const NEVER = new AbortController().signal;

test('no more work goes on at once than there are places, first come, first served', async () => {
  const places = new Places(2);
  const order: number[] = [];
  let active = 0;
  const work = (name: number) => async () => {
    active += 1;
    assert.ok(active <= 2);
    order.push(name);
    await Promise.resolve();
    active -= 1;
  };
  await Promise.all([0, 1, 2, 3, 4].map((name) => places.hold(work(name), NEVER)));
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('who gives up while waiting takes no place from others', async () => {
  const places = new Places(1);
  const gate = Promise.withResolvers<void>();
  const first = places.hold(() => gate.promise, NEVER);
  const gone = new AbortController();
  const second = places.hold(() => assert.fail('it had given up'), gone.signal);
  const third = places.hold(async () => 'done', NEVER);
  gone.abort(new Error('gave up'));
  await assert.rejects(second, /gave up/);
  gate.resolve();
  await first;
  assert.equal(await third, 'done');
});

test('a place is free again after work that failed', async () => {
  const places = new Places(1);
  await assert.rejects(
    places.hold(() => Promise.reject(new Error('no')), NEVER),
    /no/,
  );
  assert.equal(await places.hold(async () => 'done', NEVER), 'done');
});
