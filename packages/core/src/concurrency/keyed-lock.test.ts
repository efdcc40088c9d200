import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyedLock } from './keyed-lock.ts';

test('work on one key is serial, and a failure does not stop what follows', async () => {
  const lock = keyedLock();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lock('a', async () => {
    await gate.promise;
    done.push('first');
    throw new RangeError('first');
  });
  const second = lock('a', async () => done.push('second'));
  const other = lock('b', async () => done.push('other'));
  await other;
  assert.deepEqual(done, ['other']);
  gate.resolve();
  await assert.rejects(first, RangeError);
  await second;
  assert.deepEqual(done, ['other', 'first', 'second']);
});
