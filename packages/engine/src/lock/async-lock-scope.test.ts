import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError, keyedLock, lockAll } from '@capsule/core';
import { KeyedQueue } from '../queue/keyed-queue.ts';
import { AsyncLockScope } from './async-lock-scope.ts';

const isReentry = (error: unknown) => isCapsuleError(error) && error.code === 'LOCK_REENTERED';

test('an operation that takes a lock it already holds is refused and does not deadlock', async () => {
  const lock = keyedLock(new AsyncLockScope());
  await assert.rejects(
    lock('a', async () => {
      await new Promise(setImmediate);
      await lock('b', async () => lock('a', async () => undefined));
    }),
    isReentry,
  );
  assert.equal(await lock('a', async () => 'free again'), 'free again');
});

test('other operations wait, and work that outlives the holder of a lock does not hold it', async () => {
  const lock = keyedLock(new AsyncLockScope());
  const gate = Promise.withResolvers<void>();
  let later: Promise<string> | undefined;
  await lock('a', async () => {
    later = gate.promise.then(() => lock('a', async () => 'later'));
  });
  gate.resolve();
  assert.equal(await later, 'later');
});

test('a turn of a queue waits for the lock, although the operation that woke the queue holds it', async () => {
  const lock = keyedLock(new AsyncLockScope());
  const done = Promise.withResolvers<string>();
  const queue = new KeyedQueue({
    concurrency: 1,
    backOff: { firstMs: 1, mostMs: 1, jitter: 0 },
    run: async () => {
      done.resolve(await lock('a', async () => 'in turn'));
      return undefined;
    },
    onFailure: (_key, error) => done.reject(error),
  });
  await lock('a', async () => {
    queue.add('x');
    await new Promise(setImmediate);
  });
  assert.equal(await done.promise, 'in turn');
  await queue[Symbol.asyncDispose]();
});

test('two operations that take the same keys in different order do not deadlock', async () => {
  const lock = keyedLock(new AsyncLockScope());
  const work = async () => new Promise(setImmediate);
  await Promise.all([
    lockAll(lock, ['a', 'b'], work),
    lockAll(lock, ['b', 'a'], work),
    lockAll(lock, ['b', 'b'], work),
  ]);
});
