import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuestClient } from '../guest/guest-client.ts';
import { markProcess } from '../process/process-mark.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { powerDown, stopPayload } from './stop-vm.ts';

const VM = { stopSignal: '' } as MadeVm;

/** A guest whose payload ignores the signal: its stop ends when the call is aborted. */
function deafGuest(): GuestClient {
  const stop = (_request: object, { signal }: { readonly signal?: AbortSignal }) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(new Error('the call was given up')));
    return promise;
  };
  return { calls: async () => ({ stop }) } as unknown as GuestClient;
}

test('a stop that another one replaces is aborted at once, and does not end the machine', async () => {
  const abort = new AbortController();
  const how = { graceMs: 300_000, stopSignal: '' };
  const stopping = stopPayload(deafGuest(), VM, how, {
    isUnresponsive: false,
    abort: abort.signal,
  });
  setImmediate(() => abort.abort());
  await assert.rejects(stopping, { name: 'AbortError' });
});

test('the wait for a machine without an agent is aborted too', async () => {
  const abort = new AbortController();
  const mark = await markProcess(process.pid);
  assert.ok(mark !== undefined);
  const run = { processes: [{ role: 'machine', ...mark }] } as unknown as VmRun;
  const vmm = { powerDown: async () => abort.abort() } as unknown as Vmm;
  const how = { graceMs: 300_000, abort: abort.signal };
  await assert.rejects(powerDown(vmm, run, '', how), { name: 'AbortError' });
});
