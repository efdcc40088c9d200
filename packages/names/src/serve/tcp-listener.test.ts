import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { LIMITS, TIMES } from '../limits.ts';
import { frameMessage, splitFrames } from '../message/frames.ts';
import type { HandleQuery } from './query-handler.ts';
import { listenTcp } from './tcp-listener.ts';

const STRANGER = '127.9.9.9';
const echo: HandleQuery = (bytes) => bytes;

async function open(t: TestContext, handle: HandleQuery = echo) {
  const failures: unknown[] = [];
  const listener = await listenTcp({
    address: '127.0.0.1',
    port: 0,
    isClient: (address) => address !== STRANGER,
    handle,
    onFailure: (failure) => failures.push(failure),
  });
  t.after(() => listener[Symbol.asyncDispose]());
  return { port: listener.port, failures };
}

async function client(t: TestContext, port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The listener closes the connection and does not answer. */
async function isTurnedAway(socket: Socket): Promise<void> {
  socket.on('data', () => assert.fail('it was answered'));
  socket.write(frameMessage(Buffer.from('let me in')));
  await once(socket, 'close');
}

/** The next `count` messages. */
async function messages(socket: Socket, count: number): Promise<readonly string[]> {
  const frames = splitFrames(0xffff);
  const seen: string[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen.push(...(frames.push(chunk as Buffer) ?? []).map(String));
    if (seen.length >= count) break;
  }
  return seen;
}

suite('listening over TCP', () => {
  test('messages are answered, however they are split into packets', async (t) => {
    const { port } = await open(t);
    const socket = await client(t, port);
    socket.setNoDelay(true);
    for (const byte of frameMessage(Buffer.from('one'))) socket.write(Buffer.of(byte));
    assert.deepEqual(await messages(socket, 1), ['one']);
    socket.write(
      Buffer.concat([frameMessage(Buffer.from('two')), frameMessage(Buffer.from('three'))]),
    );
    assert.deepEqual(await messages(socket, 2), ['two', 'three']);
  });

  test('each of several questions is answered as soon as its answer is ready', async (t) => {
    const gate = Promise.withResolvers<Buffer>();
    const { port } = await open(t, (bytes) => (String(bytes) === 'slow' ? gate.promise : bytes));
    const socket = await client(t, port);
    socket.write(
      Buffer.concat([frameMessage(Buffer.from('slow')), frameMessage(Buffer.from('quick'))]),
    );
    assert.deepEqual(await messages(socket, 1), ['quick']);
    gate.resolve(Buffer.from('late'));
    assert.deepEqual(await messages(socket, 1), ['late']);
  });

  test('one connection has at most the allowed number of questions under way', async (t) => {
    const waiting: (() => void)[] = [];
    const arrived = Promise.withResolvers<void>();
    const { port } = await open(t, async (bytes) => {
      const turn = Promise.withResolvers<void>();
      waiting.push(turn.resolve);
      if (waiting.length === LIMITS.pipelined) arrived.resolve();
      await turn.promise;
      return bytes;
    });
    const socket = await client(t, port);
    const count = 3 * LIMITS.pipelined;
    socket.write(
      Buffer.concat(Array.from({ length: count }, () => frameMessage(Buffer.from('q')))),
    );
    await arrived.promise;
    assert.equal(waiting.length, LIMITS.pipelined);
    const all = messages(socket, count);
    for (let turn = 0; turn < count; turn += 1) {
      waiting[turn]?.();
      await new Promise(setImmediate);
    }
    assert.equal((await all).length, count);
  });

  test('a client that closes its side still gets its answers', async (t) => {
    const { port } = await open(t, async (bytes) => {
      await new Promise(setImmediate);
      return bytes;
    });
    const socket = await client(t, port);
    socket.end(frameMessage(Buffer.from('last words')));
    assert.deepEqual(await messages(socket, 1), ['last words']);
  });

  test('a message that is longer than any query ends the connection', async (t) => {
    const { port } = await open(t);
    const socket = await client(t, port);
    socket.write(frameMessage(Buffer.alloc(LIMITS.queryBytes + 1)));
    await once(socket, 'close');
  });

  test('an unfinished message and an idle client time out', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { port } = await open(t);
    const slow = await client(t, port);
    const idle = await client(t, port);
    const closed = { slow: once(slow, 'close'), idle: once(idle, 'close') };
    for (const byte of frameMessage(Buffer.from('question')).subarray(0, 4)) {
      slow.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    // The answer to this later message shows that the earlier bytes have arrived.
    const other = await client(t, port);
    other.write(frameMessage(Buffer.from('x')));
    await messages(other, 1);
    t.mock.timers.tick(TIMES.messageMs);
    await closed.slow;
    assert.equal(idle.destroyed, false);
    t.mock.timers.tick(TIMES.idleMs);
    await closed.idle;
  });

  test('a connection from an address outside the bridge is closed', async (t) => {
    const { port } = await open(t);
    await isTurnedAway(await client(t, port, STRANGER));
  });

  test('the number of connections of all clients is limited', async (t) => {
    const { port } = await open(t);
    const clients = LIMITS.connections / LIMITS.connectionsPerClient;
    for (let index = 0; index < LIMITS.connections; index += 1) {
      const socket = await client(t, port, `127.0.1.${1 + (index % clients)}`);
      socket.write(frameMessage(Buffer.from('hello')));
      await messages(socket, 1);
    }
    await isTurnedAway(await client(t, port, '127.0.2.1'));
  });

  test('the number of connections of one client is limited, and a closed one frees a slot', async (t) => {
    const { port } = await open(t);
    const held: Socket[] = [];
    for (let index = 0; index < LIMITS.connectionsPerClient; index += 1) {
      const socket = await client(t, port);
      socket.write(frameMessage(Buffer.from('hello')));
      await messages(socket, 1);
      held.push(socket);
    }
    await isTurnedAway(await client(t, port));
    const [first] = held;
    assert.ok(first !== undefined);
    first.end();
    await once(first, 'close');
    const next = await client(t, port);
    next.write(frameMessage(Buffer.from('in')));
    assert.deepEqual(await messages(next, 1), ['in']);
  });

  test('a bug in the handler ends the connection, and is reported', async (t) => {
    const { port, failures } = await open(t, () => {
      throw new RangeError('bug');
    });
    const socket = await client(t, port);
    socket.write(frameMessage(Buffer.from('hello')));
    await once(socket, 'close');
    assert.ok(failures[0] instanceof RangeError);
  });
});
