import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectVsock } from './connect-vsock.ts';

/** A monitor's socket that answers as told. */
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

test('the socket is given away behind the reply, with what came along with it', async (t) => {
  const path = await monitor(t, (asked, socket) => {
    assert.equal(asked, 'CONNECT 52\n');
    socket.end('OK 1024\nfirst words');
  });
  const socket = await connectVsock(path, 52);
  let text = '';
  for await (const data of socket) text += data;
  assert.equal(text, 'first words');
});

test('a guest that does not listen is told at once', async (t) => {
  const path = await monitor(t, (_asked, socket) => socket.end());
  await assert.rejects(connectVsock(path, 52), { code: 'MICROVM_NO_VSOCK' });
});

test('a monitor that is not there is told at once', async () => {
  await assert.rejects(connectVsock('/nowhere/vsock', 52), { code: 'MICROVM_NO_VSOCK' });
});

test('a reply that never ends is not read for ever', async (t) => {
  const path = await monitor(t, (_asked, socket) => socket.write('x'.repeat(100)));
  await assert.rejects(connectVsock(path, 52), { code: 'MICROVM_NO_VSOCK' });
});
