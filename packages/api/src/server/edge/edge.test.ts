import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { CapsuleService, GetInfoResponseSchema } from '../../gen/capsule/v1/capsule_pb.ts';
import { openServer } from '../../testing/open-server.ts';
import type { EdgeLimits } from './limits.ts';

const INFO = '/capsule.v1.CapsuleService/GetInfo';
const ONE_REQUEST = `POST ${INFO} HTTP/1.1\r\nHost: capsule\r\nContent-Type: application/proto\r\nContent-Length: 0\r\n\r\n`;

test('HTTP/1.1 and HTTP/2 answer on one socket', async (t) => {
  const { socketPath } = await open(t);
  assert.deepEqual(await infoByHttp1(socketPath), { status: 200, hostname: 'box' });
  assert.deepEqual(await infoByHttp2(socketPath), { status: 200, hostname: 'box' });
});

test('the first bytes may arrive in any pieces', async (t) => {
  const { socketPath } = await open(t);
  const bytes = Buffer.from(ONE_REQUEST);
  const cuts = fc.uniqueArray(fc.nat(bytes.length - 1), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      const socket = await dial(socketPath);
      let from = 0;
      for (const to of [...at.sort((a, b) => a - b), bytes.length]) {
        await write(socket, bytes.subarray(from, to));
        from = to;
      }
      assert.match(await firstLine(socket), /^HTTP\/1\.1 200 /);
      socket.destroy();
    }),
    { numRuns: 30 },
  );
});

test('the preface of HTTP/2 may arrive byte by byte', async (t) => {
  const { socketPath } = await open(t);
  const socket = await dial(socketPath);
  for (const byte of Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')) {
    await write(socket, Buffer.from([byte]));
  }
  await write(socket, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  const [data] = await once(socket, 'data');
  assert.equal(data[3], 4, 'a SETTINGS frame');
  socket.destroy();
});

test('garbage ends its own connection and no other', async (t) => {
  const { socketPath } = await open(t);
  const garbage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400 }),
    fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), rest])),
    fc
      .string({ maxLength: 100 })
      .map((text) =>
        Buffer.from(`POST ${INFO} HTTP/1.1\r\nHost: ${text}\r\nContent-Length: 0\r\n\r\n`),
      ),
    fc
      .string({ maxLength: 100 })
      .map((text) =>
        Buffer.from(
          `GET ${INFO} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ${text}\r\n\r\n`,
        ),
      ),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (bytes) => {
      const socket = await dial(socketPath);
      const closed = once(socket, 'close');
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(bytes);
      await closed;
    }),
    { numRuns: 200 },
  );
  assert.equal((await infoByHttp1(socketPath)).status, 200);
});

test('a host that is no host is a bad request, in either version', async (t) => {
  const { socketPath } = await open(t);
  const socket = await dial(socketPath);
  await write(socket, Buffer.from(ONE_REQUEST.replace('Host: capsule', 'Host: [')));
  assert.match(await firstLine(socket), /^HTTP\/1\.1 400 /);
  socket.destroy();
  assert.equal((await infoByHttp2(socketPath, { ':authority': '[' })).status, 400);
});

test('headers beyond the limit are refused, in either version', async (t) => {
  const { socketPath } = await open(t, { headerBytes: 8 * 1024 });
  const header = { 'x-huge': 'x'.repeat(12 * 1024) };
  assert.equal((await infoByHttp1(socketPath, header)).status, 431);
  await assert.rejects(infoByHttp2(socketPath, header));
  assert.equal((await infoByHttp2(socketPath)).status, 200);
});

test('a client that sends no headers in time is disconnected', async (t) => {
  const { socketPath } = await open(t, { headersMs: 50 });
  for (const start of ['', 'P', 'PRI', 'POST / HTTP/1.1\r\nHost: a\r\n']) {
    const socket = await dial(socketPath);
    const closed = once(socket, 'close');
    socket.resume();
    if (start !== '') await write(socket, Buffer.from(start));
    await closed;
  }
});

test('an idle connection is closed, in either version', async (t) => {
  const { socketPath } = await open(t, { idleMs: 50 });
  const socket = await dial(socketPath);
  await write(socket, Buffer.from(ONE_REQUEST));
  await firstLine(socket);
  socket.resume();
  await once(socket, 'close');
  const session = http2.connect('http://capsule', { createConnection: () => connect(socketPath) });
  await once(session, 'close');
});

test('a body that stops arriving ends its connection', async (t) => {
  const { socketPath } = await open(t, { idleMs: 50 });
  const socket = await dial(socketPath);
  await write(socket, Buffer.from(ONE_REQUEST.replace('Length: 0', 'Length: 5')));
  socket.resume();
  await once(socket, 'close');
});

test('connections beyond the limit are closed, and room comes back', async (t) => {
  const { socketPath } = await open(t, { connections: 2 });
  const first = await dial(socketPath);
  const second = await dial(socketPath);
  const third = await dial(socketPath);
  third.resume();
  await once(third, 'close');
  const closed = once(first, 'close');
  first.destroy();
  second.destroy();
  await closed;
  // The server learns of it a turn later than we do.
  for (;;) {
    const answer = await infoByHttp1(socketPath).catch(() => undefined);
    if (answer?.status === 200) break;
  }
});

test('a client that leaves ends its call', async (t) => {
  const left = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { socketPath } = await openServer(t, (router) => {
    router.service(CapsuleService, {
      async getInfo(_, { signal }) {
        signal.addEventListener('abort', () => left.resolve());
        begun.resolve();
        await left.promise;
        return {};
      },
    });
  });
  const socket = await dial(socketPath);
  await write(socket, Buffer.from(ONE_REQUEST));
  await begun.promise;
  socket.destroy();
  await left.promise;
});

test('a protocol of Upgrade takes its connection over, and an unknown one is ignored', async (t) => {
  const { socketPath } = await openServer(
    t,
    (router) => router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) }),
    {
      upgrades: {
        'capsule-echo': (_request, socket, head) => {
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: capsule-echo\r\n\r\n',
          );
          socket.write(head);
          socket.pipe(socket);
        },
      },
    },
  );
  const socket = await dial(socketPath);
  const upgrade = (name: string) =>
    ONE_REQUEST.replace('\r\n\r\n', `\r\nConnection: Upgrade\r\nUpgrade: ${name}\r\n\r\n`);
  // The end of the client's half arrives as such: the other half stays open.
  socket.end(`${upgrade('Capsule-Echo')}hello`);
  const text = Buffer.concat(await Array.fromAsync(socket)).toString();
  assert.match(text, /^HTTP\/1\.1 101 [\s\S]*\r\n\r\nhello$/);
  const other = await dial(socketPath);
  await write(other, Buffer.from(upgrade('h2c')));
  assert.match(await firstLine(other), /^HTTP\/1\.1 200 /);
  other.destroy();
});

async function open(t: TestContext, limits: Partial<EdgeLimits> = {}) {
  return openServer(
    t,
    (router) => router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) }),
    { limits },
  );
}

async function dial(socketPath: string): Promise<Socket> {
  const socket = connect(socketPath);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the bytes have left, so that two writes are two reads more often than not. */
async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.write(bytes, () => resolve());
  await promise;
}

async function firstLine(socket: Socket): Promise<string> {
  const [data] = await once(socket, 'data');
  return String(data).split('\r\n', 1)[0] ?? '';
}

async function infoByHttp1(socketPath: string, headers: http.OutgoingHttpHeaders = {}) {
  const request = http.request({
    socketPath,
    path: INFO,
    method: 'POST',
    headers: { 'content-type': 'application/proto', ...headers },
    agent: false,
  });
  request.end();
  const [response] = await once(request, 'response');
  return read(response.statusCode, await Array.fromAsync<Buffer>(response));
}

async function infoByHttp2(socketPath: string, headers: http2.OutgoingHttpHeaders = {}) {
  const session = http2.connect('http://capsule', { createConnection: () => connect(socketPath) });
  // The limits hold from when the client has confirmed them.
  await once(session, 'remoteSettings');
  const request = session.request({
    ':method': 'POST',
    ':path': INFO,
    'content-type': 'application/proto',
    ...headers,
  });
  request.end();
  try {
    const [answer] = await once(request, 'response');
    return read(answer[':status'], await Array.fromAsync<Buffer>(request));
  } finally {
    session.destroy();
  }
}

function read(status: number, body: readonly Buffer[]) {
  if (status !== 200) return { status };
  return { status, hostname: fromBinary(GetInfoResponseSchema, Buffer.concat(body)).hostname };
}
