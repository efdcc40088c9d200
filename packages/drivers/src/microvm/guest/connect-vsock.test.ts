import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectVsock } from './connect-vsock.ts';

/** Serves a monitor's socket with the given answers. */
async function monitor(t: TestContext, answer: (asked: string, socket: Socket) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'vsock-'));
  const path = join(folder, 'vsock');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => answer(data.toString(), socket));
  });
  server.listen(path);
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  return path;
}

test('the socket is handed over after the reply, with the bytes that came with it', async (t) => {
  const path = await monitor(t, (asked, socket) => {
    assert.equal(asked, 'CONNECT 52\n');
    socket.end('OK 1024\nfirst words');
  });
  const socket = await connectVsock(path, 52);
  let text = '';
  for await (const data of socket) text += data;
  assert.equal(text, 'first words');
});

test('a guest that does not listen is reported at once', async (t) => {
  const path = await monitor(t, (_asked, socket) => socket.end());
  await assert.rejects(connectVsock(path, 52), { code: 'MICROVM_NO_VSOCK' });
});

test('a missing monitor is reported at once', async () => {
  await assert.rejects(connectVsock('/nowhere/vsock', 52), { code: 'MICROVM_NO_VSOCK' });
});

test('an endless reply is not read for ever', async (t) => {
  const path = await monitor(t, (_asked, socket) => socket.write('x'.repeat(100)));
  await assert.rejects(connectVsock(path, 52), { code: 'MICROVM_NO_VSOCK' });
});
