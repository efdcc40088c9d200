import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import type { HandleQuery } from './query-handler.ts';
import { listenUdp } from './udp-listener.ts';

const STRANGER = '127.9.9.9';

async function open(t: TestContext, handle: HandleQuery) {
  const failures: unknown[] = [];
  const listener = await listenUdp({
    address: '127.0.0.1',
    port: 0,
    isClient: (address) => address !== STRANGER,
    handle,
    onFailure: (failure) => failures.push(failure),
  });
  t.after(() => listener[Symbol.asyncDispose]());
  return { listener, failures };
}

async function client(t: TestContext, port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  socket.bind(0, from);
  await once(socket, 'listening');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

suite('listening over UDP', () => {
  test('a client gets an answer, and a datagram from outside the bridge is dropped', async (t) => {
    const received: string[] = [];
    const { listener } = await open(t, (bytes) => {
      received.push(String(bytes));
      return bytes;
    });
    (await client(t, listener.port, STRANGER)).send('stranger');
    const socket = await client(t, listener.port);
    socket.send('client');
    assert.equal(String((await once(socket, 'message'))[0]), 'client');
    assert.deepEqual(received, ['client']);
  });

  test('a bug in the handler costs one answer, and is reported', async (t) => {
    const { listener, failures } = await open(t, (bytes) => {
      if (String(bytes) === 'bad') throw new RangeError('bug');
      return bytes;
    });
    const socket = await client(t, listener.port);
    socket.send('bad');
    socket.send('good');
    assert.equal(String((await once(socket, 'message'))[0]), 'good');
    assert.ok(failures[0] instanceof RangeError);
  });

  test('an answer that is ready after the listener closed is dropped', async (t) => {
    const gate = Promise.withResolvers<Buffer>();
    const asked = Promise.withResolvers<void>();
    const { listener, failures } = await open(t, () => {
      asked.resolve();
      return gate.promise;
    });
    (await client(t, listener.port)).send('question');
    await asked.promise;
    await listener[Symbol.asyncDispose]();
    gate.resolve(Buffer.from('late'));
    await gate.promise;
    await listener[Symbol.asyncDispose]();
    assert.deepEqual(failures, []);
  });
});
