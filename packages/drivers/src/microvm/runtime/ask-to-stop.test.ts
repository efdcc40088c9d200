import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { askToStop } from './ask-to-stop.ts';
import type { VmWork } from './vm-work.ts';

test('a guest that never came up is waited for less long than one that flushes', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-vsock-'));
  const vsock = join(folder.path, 'vsock');
  // Accepts the connection, then stays silent.
  const server = createServer((socket) => socket.once('data', () => socket.write('OK 1\n')));
  server.listen(vsock);
  await once(server, 'listening');
  const work = {
    context: { vmms: [{ kind: 'qemu' }], records: { paths: () => ({ control: '', vsock }) } },
    running: { watch: () => undefined, forget: () => undefined },
  } as unknown as VmWork;
  const vm = { id: 'vm', stopSignal: '' } as MadeVm;
  const run = { vmm: 'qemu', hasAgent: true, isStarted: false, processes: [] } as unknown as VmRun;
  const began = performance.now();
  const end = await askToStop(work, vm, run, { graceMs: 0, stopSignal: '' });
  server.close();
  assert.equal(end.exitCode, 137);
  assert.ok(performance.now() - began < 10_000);
});
