import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { inTime } from './in-time.ts';

const never = new AbortController().signal;

/** Ends as a call to containerd does: with the reason of its signal. */
async function silent(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

test('a store that hangs is reported as one that does not answer', async () => {
  const expected = { code: 'IMAGE_USE_STORE_SILENT', message: /has not answered for 0.01 s/ };
  await assert.rejects(inTime(silent, never, 10), expected);
});

test('an answer, a failure and the end of the caller are passed on', async () => {
  assert.equal(await inTime(async () => 'images', never), 'images');
  const failure = new Error('no store');
  await assert.rejects(
    inTime(() => Promise.reject(failure), never),
    failure,
  );
  const gone = new Error('gone');
  await assert.rejects(inTime(silent, AbortSignal.abort(gone)), gone);
});
