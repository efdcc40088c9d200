import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Semaphore } from './semaphore.ts';

const NEVER = new AbortController().signal;

test('at most as many works run at once as there are slots, in order of arrival', async () => {
  const semaphore = new Semaphore(2);
  const order: number[] = [];
  let active = 0;
  const work = (name: number) => async () => {
    active += 1;
    assert.ok(active <= 2);
    order.push(name);
    await Promise.resolve();
    active -= 1;
  };
  await Promise.all([0, 1, 2, 3, 4].map((name) => semaphore.hold(work(name), NEVER)));
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('a caller that aborts while it waits takes no slot from others', async () => {
  const semaphore = new Semaphore(1);
  const gate = Promise.withResolvers<void>();
  const first = semaphore.hold(() => gate.promise, NEVER);
  const gone = new AbortController();
  const second = semaphore.hold(() => assert.fail('it had given up'), gone.signal);
  const third = semaphore.hold(async () => 'done', NEVER);
  gone.abort(new Error('gave up'));
  await assert.rejects(second, /gave up/);
  gate.resolve();
  await first;
  assert.equal(await third, 'done');
});

test('a slot is free again after work that failed', async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(
    semaphore.hold(() => Promise.reject(new Error('no')), NEVER),
    /no/,
  );
  assert.equal(await semaphore.hold(async () => 'done', NEVER), 'done');
});
