import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { Edge, type EdgeLimits } from '@capsule/api/server';
import { LOCAL_CALLER } from '../identity/caller.ts';
import { makeTlsIdentity } from '../identity/certificate/tls-identity.ts';
import { CAPSULE_ID, identityCase, makeKey, tokenOf } from '../identity/testing/identity-case.ts';
import { describePeer } from './access/peer.ts';
import { accessCase } from './access/testing/access-case.ts';
import { listenTls, type TlsLimits } from './listen-tls.ts';

const INFO = '/capsule.v1.CapsuleService/GetInfo';
const STREAM = '/capsule.v1.EventService/Stream';
const CHALLENGE = '/capsule.v1.IdentityService/Challenge';

async function open(
  t: TestContext,
  { ofClient = 64, ...limits }: Partial<TlsLimits> & { readonly ofClient?: number } = {},
  edge: Partial<EdgeLimits> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-tls-'));
  const world = identityCase();
  const access = accessCase(world, new Set([STREAM.slice(1)]), { all: 512, ofClient });
  const { routes, interceptors, gate, connections } = access;
  const listener = await listenTls({
    port: 0,
    connections,
    identity: makeTlsIdentity(folder, CAPSULE_ID),
    edge: new Edge({ routes, interceptors, gate, limits: edge, describe: describePeer }),
    limits,
  });
  t.after(async () => {
    await listener[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  const key = makeKey();
  const rights = { role: 'admin', hasHostAccess: true } as const;
  world.keys.add({ ...rights, name: 'laptop', publicKey: key.publicKey }, LOCAL_CALLER);
  const spare = { ...rights, name: 'spare', publicKey: makeKey().publicKey };
  world.keys.add(spare, LOCAL_CALLER);
  return { ...world, ...access, key, port: listener.port };
}

function dial(port: number, options: ConnectionOptions = {}) {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  return socket;
}

/** Calls over gRPC with an empty message, and returns the stream. */
function call(session: http2.ClientHttp2Session, path: string, authorization?: string) {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    ...(authorization !== undefined && { authorization }),
  });
  stream.on('error', () => undefined);
  stream.write(Buffer.alloc(5));
  return stream;
}

function dialFrom(localAddress: string, port: number) {
  const socket = connectPlain({ port, host: '127.0.0.1', localAddress });
  return dial(port, { socket, ALPNProtocols: ['h2'] });
}

function session(t: TestContext, port: number, from = '127.0.0.1') {
  const createConnection = () => dialFrom(from, port);
  const one = http2.connect('https://capsule', { createConnection });
  one.on('error', () => undefined);
  t.after(() => one.destroy());
  return one;
}

async function statusOf(stream: http2.ClientHttp2Stream): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = (headers: http2.IncomingHttpHeaders) => {
    if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']));
  };
  stream.on('response', look).on('trailers', look).resume();
  return promise;
}

/** The head and the rest of an answer of HTTP/1.1, up to the end of the connection or `until`. */
async function exchange(port: number, request: string, until: RegExp): Promise<string> {
  const socket = dial(port, { ALPNProtocols: ['http/1.1'] });
  socket.write(request);
  let text = '';
  for await (const data of socket) {
    text += String(data);
    if (until.test(text)) break;
  }
  socket.destroy();
  return text;
}

test('a token opens the port over gRPC, and nothing else does', async (t) => {
  const { port, key, reached } = await open(t);
  const one = session(t, port);
  assert.equal(await statusOf(call(one, INFO).end()), 16);
  assert.equal(reached.size, 0);
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
  assert.equal(reached.size, 1);
});

test('an earlier version of TLS is refused', async (t) => {
  const { port } = await open(t);
  const socket = dial(port, { maxVersion: 'TLSv1.2' });
  const [error] = await once(socket, 'error');
  assert.match(String(error.code), /PROTOCOL_VERSION/);
});

test('a call is refused before its body arrives', async (t) => {
  const { port } = await open(t);
  const head = `POST ${INFO} HTTP/1.1\r\nHost: capsule\r\nContent-Type: application/proto\r\n`;
  const text = await exchange(port, `${head}Content-Length: 1000000\r\n\r\n`, /unauthenticated/);
  assert.match(text, /^HTTP\/1\.1 401 /);
});

test('a WebSocket without a token carries a refusal and nothing else', async (t) => {
  const { port, reached } = await open(t);
  const lines = (path: string) => [
    `GET ${path} HTTP/1.1`,
    'Host: capsule',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: capsule.connect.v1',
  ];
  const attempt = (path: string, until: RegExp) =>
    exchange(port, `${lines(path).join('\r\n')}\r\n\r\n`, until);
  const text = await attempt('/capsule.v1.WorkloadService/Exec', /unauthenticated/);
  assert.match(text, /AUTH_TOKEN_MISSING|unauthenticated/);
  assert.equal(reached.size, 0);
  assert.match(await attempt(CHALLENGE, /\r\n\r\n/), /^HTTP\/1\.1 404 /);
});

test('the removal of a key ends its open streams at once, and refuses its next call', async (t) => {
  const { port, key, keys } = await open(t);
  const one = session(t, port);
  const stream = call(one, STREAM, tokenOf(key)).end();
  const status = statusOf(stream);
  await once(stream, 'data');
  keys.remove(key.kid);
  assert.equal(await status, 16);
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 16);
});

test('HTTP/2 on a connection whose handshake named HTTP/1.1 is disconnected', async (t) => {
  const { port } = await open(t);
  const socket = dial(port, { ALPNProtocols: ['http/1.1'] });
  socket.resume().write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  await once(socket, 'close');
  // The capsule has no connection left: this client may open as many as before.
  const others = Array.from({ length: 64 }, () => dial(port));
  await Promise.all(others.map((one) => once(one, 'secureConnect')));
  for (const one of others) one.destroy();
});

test('a call whose key is removed while its message arrives is refused', async (t) => {
  const { port, key, keys, reached } = await open(t);
  const one = session(t, port);
  const stream = call(one, '/capsule.v1.IdentityService/KeyAdd', tokenOf(key));
  // Its token has been accepted when a later call of the connection is answered.
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
  keys.remove(key.kid);
  assert.equal(await statusOf(stream.end()), 16);
  assert.ok(!reached.has('capsule.v1.IdentityService/KeyAdd'));
});

test('a handler gets nothing more of a client whose key was removed', async (t) => {
  const { port, key, keys, reached } = await open(t);
  const one = session(t, port);
  const stream = call(one, '/capsule.v1.VolumeService/Import', tokenOf(key));
  const status = statusOf(stream);
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
  keys.remove(key.kid);
  assert.equal(await status, 16);
  stream.end();
  assert.equal(await statusOf(call(one, INFO).end()), 16);
  assert.ok(!reached.has('capsule.v1.VolumeService/Import'), 'its end would complete the import');
});

test('one client cannot take the connections of the others', async (t) => {
  const { port } = await open(t, { ofClient: 2 });
  const [first, second] = [connectPlain(port, '127.0.0.1'), connectPlain(port, '127.0.0.1')];
  for (const socket of [first, second]) await once(socket, 'connect');
  const other = dialFrom('127.0.0.2', port);
  await once(other, 'secureConnect');
  const closed = once(first.resume(), 'close');
  const third = dial(port);
  await Promise.all([closed, once(third, 'secureConnect')]);
  for (const socket of [second, third, other]) socket.destroy();
});

test('a connection that brought a good token keeps its place, and the others make room', async (t) => {
  const { port, key } = await open(t, { ofClient: 1 });
  const idle = connectPlain(port, '127.0.0.1').resume();
  await once(idle, 'connect');
  const one = session(t, port);
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
  const late = connectPlain(port, '127.0.0.1').resume();
  await once(late, 'close');
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
});

test('the kernel asks silent clients whether they are still there', {
  timeout: 10_000,
}, async (t) => {
  const { port } = await open(t);
  const socket = dial(port);
  await once(socket, 'secureConnect');
  // Documentation/networking/proc_net_tcp.rst: 2 is a timer of keep-alive; it waits for the end of the handshake.
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const kept = new RegExp(`:${hex} \\S+ 01 \\S+ 02:`);
  while (!kept.test(await readFile('/proc/net/tcp6', 'utf8')));
  socket.destroy();
});

test('a client that does not finish its handshake in time is disconnected', async (t) => {
  const { port } = await open(t, { handshakeMs: 50 });
  const socket = connectPlain(port, '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
});

test('a call that needs no token is small and short', async (t) => {
  const { port } = await open(t, {}, { openCallMs: 50 });
  const one = session(t, port);
  const slow = call(one, CHALLENGE);
  await once(slow, 'close');
  const large = call(one, CHALLENGE);
  large.write(Buffer.from([0, 0, 2, 0, 0]));
  large.end(Buffer.alloc(2 * 65_536));
  assert.notEqual(await statusOf(large), 0);
});

test('refusals slow their address down, and a good token is served', async (t) => {
  const { port, key } = await open(t);
  const one = session(t, port);
  for (let n = 0; n < 10; n += 1) assert.equal(await statusOf(call(one, INFO).end()), 16);
  assert.equal(await statusOf(call(one, INFO).end()), 8);
  assert.equal(await statusOf(call(one, CHALLENGE).end()), 8);
  const elsewhere = session(t, port, '127.0.0.2');
  assert.equal(await statusOf(call(elsewhere, INFO).end()), 16);
  assert.equal(await statusOf(call(one, INFO, tokenOf(key)).end()), 0);
});
