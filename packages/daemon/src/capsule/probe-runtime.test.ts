import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { probeRuntime } from './probe-runtime.ts';

const never = new AbortController().signal;

test('a runtime that hangs is reported as one that does not answer', async () => {
  const probe = async (signal?: AbortSignal) => {
    if (signal?.aborted === false) await once(signal, 'abort');
    return { ok: false, detail: 'aborted' };
  };
  const found = await probeRuntime({ probe }, never, 10);
  assert.deepEqual(found, { ok: false, detail: 'the runtime has not answered for 0.01 s' });
});

test('the answer of a runtime is passed on', async () => {
  for (const answer of [
    { ok: true, detail: 'containerd v2' },
    { ok: false, detail: 'it is away' },
  ]) {
    assert.deepEqual(await probeRuntime({ probe: async () => answer }, never), answer);
  }
});
