import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { callFirecracker } from './firecracker-api.ts';

/** Answers every connection with the same bytes, and returns the requests that it received. */
async function answering(bytes: Uint8Array) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'capsule-fc-')));
  const path = join(folder.path, 'api');
  const sockets = new Set<Socket>();
  let asked = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      asked += data.toString('latin1');
      socket.end(bytes);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  stack.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    path,
    asked: () => asked,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function reply(status: string, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nServer: Firecracker API\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

const PAUSE = { method: 'PATCH', path: '/vm', body: { state: 'Paused' } } as const;

test('a call is sent as JSON, and an empty answer is a success', async () => {
  await using server = await answering(
    Buffer.from('HTTP/1.1 204 \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n\r\n'),
  );
  assert.deepEqual(await callFirecracker(server.path, PAUSE), {});
  assert.match(server.asked(), /^PATCH \/vm HTTP\/1.1\r\n.*\r\n\r\n{"state":"Paused"}$/s);
});

test('the answer is returned', async () => {
  await using server = await answering(reply('200 OK', '{"state":"Running"}'));
  const said = await callFirecracker(server.path, { method: 'GET', path: '/' });
  assert.deepEqual(said, { state: 'Running' });
});

test("a refusal is reported in Firecracker's own text, made harmless", async () => {
  const fault = JSON.stringify({ fault_message: 'no \u001b[2J such state' });
  await using server = await answering(reply('400 Bad Request', fault));
  await assert.rejects(callFirecracker(server.path, PAUSE), (error: Error) => {
    assert.match(error.message, /failed to run PATCH \/vm: no \?\[2J such state/);
    return true;
  });
});

test('an endless answer is cut off', async () => {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n`;
  await using server = await answering(Buffer.from(head + 'x'.repeat(1_000_000)));
  await assert.rejects(callFirecracker(server.path, PAUSE), { code: 'MICROVM_VMM_REFUSES' });
});

test('a missing socket is a refusal', async () => {
  await assert.rejects(callFirecracker('/nonexistent/api', PAUSE), {
    code: 'MICROVM_VMM_REFUSES',
  });
});

test('bytes that are no HTTP answer are refused', async () => {
  const foreign = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.string().map((body) => reply('200 OK', `[${JSON.stringify(body)}]`)),
  );
  await fc.assert(
    fc.asyncProperty(foreign, async (bytes) => {
      await using server = await answering(bytes);
      await assert.rejects(callFirecracker(server.path, PAUSE), { code: 'MICROVM_VMM_REFUSES' });
    }),
    { numRuns: 50 },
  );
});
