import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { BulkTransfers, type ByteConnection } from './transfers.ts';
import { bulkUpgrade } from './upgrade.ts';

const MIB = 1024 * 1024;
const NAME = { kind: 'test', caller: 'me' };

async function openSocket(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'bulk-'));
  const transfers = new BulkTransfers(() => 0);
  const server = createServer();
  server.on(
    'upgrade',
    bulkUpgrade(transfers, () => new DisposableStack()),
  );
  const socketPath = join(folder, 'socket');
  server.listen(socketPath);
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  const bulk = (ticket: Uint8Array) => openClient(socketPath, ticket);
  return { folder, transfers, socketPath, bulk };
}

/** As a foreign client: resolves when the capsule has answered; the answer is what comes first. */
async function openClient(path: string, ticket: Uint8Array): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => undefined);
  const lines = [
    'GET /capsule.v1/bulk HTTP/1.1',
    'Host: capsule',
    'Connection: Upgrade',
    'Upgrade: capsule-bulk',
    `Capsule-Ticket: ${Buffer.from(ticket).toString('hex')}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

/** The bytes after the answer; undefined where the capsule refuses. */
async function receive(socket: Socket): Promise<Buffer | undefined> {
  const all = Buffer.concat((await socket.toArray()) as Buffer[]);
  const end = all.indexOf('\r\n\r\n');
  return all.toString('latin1').startsWith('HTTP/1.1 101 ') ? all.subarray(end + 4) : undefined;
}

/** Sends the pieces, and resolves to what comes back, which is nothing. */
async function send(socket: Socket, count: number): Promise<Buffer | undefined> {
  socket.end(expected(count));
  return receive(socket);
}

/** A mebibyte of each number. */
function expected(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.alloc(MIB, at + 1)));
}

/** Lends the connection to a program, and resolves when that has ended. */
async function lent(
  connection: ByteConnection,
  way: 'in' | 'out',
  script: string,
): Promise<number | null> {
  assert.ok(connection.lend);
  const child = await connection.lend(way, (end) =>
    spawn('sh', ['-c', script], {
      stdio: [
        way === 'in' ? (end as Socket) : 'ignore',
        way === 'out' ? (end as Socket) : 'ignore',
        'inherit',
      ],
    }),
  );
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** As over TLS, where the connection cannot be lent. */
const unlendable = (connection: ByteConnection): ByteConnection => ({
  send: (bytes) => connection.send(bytes),
  [Symbol.asyncIterator]: () => connection[Symbol.asyncIterator](),
});

suite('a bulk connection', { timeout: 30_000 }, () => {
  test('goes to a program, which gets the first byte and the last one', async (t) => {
    const { folder, transfers, bulk } = await openSocket(t);
    const file = join(folder, 'file');
    const open = transfers.open(NAME, (connection) => lent(connection, 'in', `cat >'${file}'`));
    assert.equal((await send(await bulk(open.ticket), 5))?.length, 0);
    const name = { ...NAME, id: open.transferId };
    assert.equal(await transfers.end(name, new AbortController().signal), 0);
    assert.ok((await readFile(file)).equals(expected(5)));
  });

  test('comes from a program, which writes as fast as the client reads', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    const script = 'head -c 5000000 /dev/zero; echo end';
    const open = transfers.open(NAME, (connection) => lent(connection, 'out', script));
    const bytes = await receive(await bulk(open.ticket));
    assert.deepEqual([bytes?.length, bytes?.toString('latin1', 5e6)], [5_000_004, 'end\n']);
    const name = { ...NAME, id: open.transferId };
    assert.equal(await transfers.end(name, new AbortController().signal), 0);
  });

  test('that cannot be lent is read and written here', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    const incoming = transfers.open(NAME, async (connection) => {
      const parts: Uint8Array[] = [];
      for await (const part of unlendable(connection)) parts.push(part);
      return Buffer.concat(parts).equals(expected(3));
    });
    await send(await bulk(incoming.ticket), 3);
    const { signal } = new AbortController();
    assert.equal(await transfers.end({ ...NAME, id: incoming.transferId }, signal), true);
    const outgoing = transfers.open(NAME, async (connection) => {
      for (let at = 1; at <= 3; at += 1) await unlendable(connection).send(Buffer.alloc(MIB, at));
    });
    assert.ok((await receive(await bulk(outgoing.ticket)))?.equals(expected(3)));
  });

  test('reports a client that leaves to the work that sends', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    const open = transfers.open(NAME, async (connection) => {
      for (;;) await unlendable(connection).send(Buffer.alloc(MIB));
    });
    (await bulk(open.ticket)).destroy();
    const { signal } = new AbortController();
    const ending = transfers.end({ ...NAME, id: open.transferId }, signal);
    await assert.rejects(ending, { code: 'BULK_LOST' });
  });

  test('is admitted once, and only by its ticket', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    let runs = 0;
    const open = transfers.open(NAME, async (connection) => {
      runs += 1;
      await connection.send(Buffer.from('x'));
    });
    for (const [ticket, bytes] of [
      [Buffer.alloc(32), undefined],
      [open.ticket, 1],
      [open.ticket, undefined],
    ] as const) {
      assert.equal((await receive(await bulk(ticket)))?.length, bytes);
    }
    assert.equal(runs, 1);
  });

  test('is refused to a client that does not wait for the answer', async (t) => {
    const { transfers, socketPath } = await openSocket(t);
    const open = transfers.open(NAME, () => assert.fail('it must not begin'));
    const socket = connect(socketPath);
    const head = `Connection: Upgrade\r\nUpgrade: capsule-bulk\r\nCapsule-Ticket: ${open.ticket.toString('hex')}`;
    socket.write(`GET / HTTP/1.1\r\nHost: capsule\r\n${head}\r\n\r\nearly`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1.1 403 /);
    socket.destroy();
  });

  test('of work that fails before its first byte is refused, and the result has the reason', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    const open = transfers.open(NAME, () => Promise.reject(new Error('full')));
    assert.equal(await receive(await bulk(open.ticket)), undefined);
    const { signal } = new AbortController();
    await assert.rejects(transfers.end({ ...NAME, id: open.transferId }, signal), /full/);
  });

  test('ends with its program, in the middle of what the client sends', async (t) => {
    const { transfers, bulk } = await openSocket(t);
    const open = transfers.open(NAME, (connection) =>
      lent(connection, 'in', 'head -c 100; exit 7'),
    );
    const socket = await bulk(open.ticket);
    socket.end(expected(20));
    await assert.rejects(once(socket, 'close'), /EPIPE|ECONNRESET/);
    const { signal } = new AbortController();
    assert.equal(await transfers.end({ ...NAME, id: open.transferId }, signal), 7);
  });
});
