import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { VmRun } from '../record/vm-run.ts';
import { GuestWatch } from './guest-watch.ts';

test('a machine that stands still is not called before it goes on', async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-watch-'));
  const vsock = join(folder.path, 'vsock');
  const server = createServer().listen(vsock);
  t.after(() => server.close());
  await once(server, 'listening');
  const called: unknown[] = [];
  const goesOn = Promise.withResolvers<void>();
  const run = { processes: [], hasAgent: true, isPaused: true, token: '' } as unknown as VmRun;
  const ignore = () => undefined;
  const parts = { run, vsock, lostMs: 60_000, onExit: ignore, onDeath: ignore };
  using watch = new GuestWatch({ ...parts, onChange: ignore, onLost: ignore });
  server.on('connection', (socket) => {
    t.after(() => socket.destroy());
    socket.once('data', (data) => {
      called.push([data.toString(), watch.pulse.isHeld]);
      if (data.toString() === 'own') watch.pulse.isHeld = false;
      else goesOn.resolve();
    });
  });
  watch.start();
  // Behind whatever the watch begins with.
  await new Promise((resolve) => setImmediate(resolve));
  const own = connect(vsock);
  own.write('own');
  t.after(() => own.destroy());
  await goesOn.promise;
  assert.deepEqual(called, [
    ['own', true],
    ['CONNECT 52\n', false],
  ]);
});
