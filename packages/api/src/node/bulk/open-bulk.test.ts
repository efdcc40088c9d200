import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { openServer } from '../../testing/open-server.ts';
import { openBulk } from './open-bulk.ts';

const MIB = 1024 * 1024;
const TICKET = Buffer.alloc(32, 7);
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';

/** Opens a connection that the capsule takes as `work` does. */
async function openTo(t: TestContext, work: (socket: Duplex) => void) {
  const take = ({ headers }: IncomingMessage, socket: Duplex) => {
    assert.equal(headers['capsule-ticket'], TICKET.toString('hex'));
    socket.on('error', () => undefined);
    work(socket);
  };
  const upgrades = { 'capsule-bulk': take };
  const { socketPath, target } = await openServer(t, () => undefined, { upgrades });
  return openBulk({ target, socketPath }, TICKET);
}

/** Pieces that differ from each other, in two buffers that take turns. */
async function* pieces(count: number): AsyncGenerator<Uint8Array> {
  const rooms = [Buffer.alloc(MIB), Buffer.alloc(MIB)] as const;
  for (let at = 0; at < count; at += 1) yield rooms[at % 2 === 0 ? 0 : 1].fill(at + 1);
}

const expected = (count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.alloc(MIB, at + 1)));

test('pieces whose memory is used again arrive as they were, and then the end', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const stream = await openTo(t, (socket) => {
    socket.write(SWITCHED);
    void socket.toArray().then((chunks) => {
      resolve(Buffer.concat(chunks as Buffer[]));
      socket.end();
    });
  });
  assert.equal(await stream.send(pieces(9)), 9 * MIB);
  assert.ok((await promise).equals(expected(9)));
});

test('bytes that come with the answer, and all after them, arrive', async (t) => {
  const stream = await openTo(t, (socket) => socket.end(`${SWITCHED}first${'x'.repeat(MIB)}`));
  const received: Buffer[] = [];
  for await (const piece of stream.receive()) received.push(Buffer.from(piece));
  assert.equal(Buffer.concat(received).toString(), `first${'x'.repeat(MIB)}`);
});

test('a refusal, and an end in the middle, are no failures here', async (t) => {
  const refused = await openTo(t, (socket) => socket.end('HTTP/1.1 409 Conflict\r\n\r\n'));
  assert.equal(await refused.send(pieces(3)), 0);
  assert.deepEqual(await Array.fromAsync(refused.receive()), []);
  const ended = await openTo(t, (socket) => socket.write(SWITCHED, () => socket.destroy()));
  assert.ok((await ended.send(pieces(30))) < 30 * MIB);
});

test('a capsule that is gone is an error, and so is one that ends before its answer', async (t) => {
  const nowhere = openBulk({ target: 'unix:/no', socketPath: '/no' }, TICKET);
  await assert.rejects(nowhere, { code: 'API_UNREACHABLE' });
  await assert.rejects(
    openTo(t, (socket) => socket.destroy()),
    { code: 'API_CONNECTION_LOST' },
  );
});

test('an aborted signal ends the connection', async (t) => {
  const { promise: isHere, resolve } = Promise.withResolvers<Duplex>();
  const upgrades = { 'capsule-bulk': (_: unknown, socket: Duplex) => resolve(socket) };
  const { socketPath, target } = await openServer(t, () => undefined, { upgrades });
  const leave = new AbortController();
  const opening = openBulk({ target, socketPath }, TICKET, leave.signal);
  await isHere;
  leave.abort(new Error('left'));
  await assert.rejects(opening, /left/);
});
