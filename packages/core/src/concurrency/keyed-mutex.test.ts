import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedMutex } from './keyed-mutex.ts';

test('a key has one holder at a time, and the others come in their order', async () => {
  const mutex = new KeyedMutex();
  const seen: string[] = [];
  const release = await mutex.acquire('a');
  const others = ['second', 'third'].map(async (name) => {
    const give = await mutex.acquire('a');
    seen.push(name);
    give();
  });
  (await mutex.acquire('b'))();
  assert.deepEqual(seen, []);
  release();
  await Promise.all(others);
  assert.deepEqual(seen, ['second', 'third']);
});

test('a second release does not free a key that another caller holds', async () => {
  const mutex = new KeyedMutex();
  const release = await mutex.acquire('a');
  release();
  const second = await mutex.acquire('a');
  release();
  let isThird = false;
  const third = mutex.acquire('a').then((give) => {
    isThird = true;
    give();
  });
  await mutex.acquire('b');
  assert.equal(isThird, false);
  second();
  await third;
});

test('a caller that leaves while it waits does not block the next one', async () => {
  const mutex = new KeyedMutex();
  const release = await mutex.acquire('a');
  const leaving = new AbortController();
  const left = mutex.acquire('a', leaving.signal);
  const next = mutex.acquire('a');
  leaving.abort(new Error('left'));
  await assert.rejects(left, /left/);
  await assert.rejects(mutex.acquire('a', AbortSignal.abort(new Error('before'))), /before/);
  release();
  (await next)();
});
