import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allOrFirstError } from './all-or-first-error.ts';

test('a failure is reported only after the others have ended', async () => {
  const slow = Promise.withResolvers<void>();
  const reported: string[] = [];
  const all = allOrFirstError([Promise.reject(new Error('first')), slow.promise]).catch(
    (error: Error) => reported.push(error.message),
  );
  await new Promise(setImmediate);
  assert.deepEqual(reported, []);
  slow.resolve();
  await all;
  assert.deepEqual(reported, ['first']);
});

test('results come in the order of the works', async () => {
  assert.deepEqual(await allOrFirstError([Promise.resolve(1), Promise.resolve('two')]), [1, 'two']);
});
