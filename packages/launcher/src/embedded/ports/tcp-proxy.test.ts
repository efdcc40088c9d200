import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { listenTcp } from './tcp-proxy.ts';

const HOST = '127.0.0.1';

async function serve(
  onClient: (socket: Socket) => void,
  port = 0,
): Promise<Server & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined); // a proxy that closes resets what is open
    onClient(socket);
  }).listen(port, HOST);
  await once(server, 'listening');
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function freePort(): Promise<number> {
  await using server = await serve(() => undefined);
  return portOf(server);
}

test('an answer arrives after the client has sent everything', async () => {
  await using server = await serve(async (socket) => {
    const question = await text(socket);
    socket.end(`received ${question}`);
  });
  const port = await freePort();
  await using _proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
  const client = connect({ host: HOST, port, allowHalfOpen: true });
  client.end('all of it');
  assert.equal(await text(client), 'received all of it');
});

test('a server that ends first still receives the rest from the client', async () => {
  const { promise: received, resolve } = Promise.withResolvers<string>();
  await using server = await serve(async (socket) => {
    socket.end('bye');
    resolve(await text(socket));
  });
  const port = await freePort();
  await using _proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
  const client = connect({ host: HOST, port, allowHalfOpen: true });
  assert.equal(await text(client), 'bye');
  client.end('and more');
  assert.equal(await received, 'and more');
});

test('carries a megabyte each way unchanged', async () => {
  await using server = await serve((socket) => socket.pipe(socket));
  const port = await freePort();
  await using _proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
  const sent = 'x'.repeat(1024 * 1024);
  const client = connect({ host: HOST, port, allowHalfOpen: true });
  client.end(sent);
  assert.equal(await text(client), sent);
});

test('a client is reset when the target does not listen, and the next one is served', async () => {
  const [port, target] = [await freePort(), await freePort()];
  await using _proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: target });
  const refused = connect({ host: HOST, port });
  await assert.rejects(text(refused), { code: 'ECONNRESET' });
  await using _server = await serve((socket) => socket.end('here'), target);
  assert.equal(await text(connect({ host: HOST, port })), 'here');
});

test('a client that resets takes its connection to the server with it', async () => {
  const { promise: broken, resolve } = Promise.withResolvers<unknown>();
  await using server = await serve((socket) => {
    socket.on('error', resolve);
    socket.on('close', resolve);
    socket.write('hello');
  });
  const port = await freePort();
  await using _proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
  const client = connect({ host: HOST, port });
  await once(client, 'data');
  client.resetAndDestroy();
  await broken;
});

test('closing resets what is open and frees the port', async () => {
  await using server = await serve((socket) => socket.write('hello'));
  const port = await freePort();
  const proxy = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
  const client = connect({ host: HOST, port });
  await once(client, 'data');
  const reset = once(client, 'error');
  await proxy[Symbol.asyncDispose]();
  assert.equal(((await reset)[0] as NodeJS.ErrnoException).code, 'ECONNRESET');
  await using _again = await listenTcp({ host: HOST, port }, { host: HOST, port: portOf(server) });
});

test('fails when another program has the port', async () => {
  await using server = await serve(() => undefined);
  const taken = { host: HOST, port: portOf(server) };
  await assert.rejects(listenTcp(taken, taken), { code: 'EADDRINUSE' });
});
