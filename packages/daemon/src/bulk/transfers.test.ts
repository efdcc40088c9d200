import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BulkTransfers, type ByteConnection } from './transfers.ts';

const NAME = { kind: 'test', caller: 'me' };
const NO_ABORT = new AbortController().signal;
const connection: ByteConnection = {
  send: async () => undefined,
  async *[Symbol.asyncIterator]() {},
};

function setUp() {
  const clock = { now: 0 };
  return { clock, transfers: new BulkTransfers(() => clock.now) };
}

test('the result of a transfer goes to its caller alone, in a call of its kind, once', async () => {
  const { transfers } = setUp();
  const { transferId: id, ticket } = transfers.open(NAME, async () => 'done');
  await transfers.present(ticket)?.(connection);
  for (const other of [
    { ...NAME, id, caller: 'you' },
    { ...NAME, id, kind: 'other' },
  ]) {
    await assert.rejects(transfers.end(other, NO_ABORT), { code: 'BULK_NO_TRANSFER' });
  }
  assert.equal(await transfers.end({ ...NAME, id }, NO_ABORT), 'done');
  await assert.rejects(transfers.end({ ...NAME, id }, NO_ABORT), { code: 'BULK_NO_TRANSFER' });
});

test('a transfer without a connection has no result', async () => {
  const { transfers } = setUp();
  const { transferId: id } = transfers.open(NAME, async () => 'done');
  await assert.rejects(transfers.end({ ...NAME, id }, NO_ABORT), { code: 'BULK_NOT_CONNECTED' });
});

test('a ticket admits nothing after its time, and a transfer that runs has all the time', async () => {
  const { transfers, clock } = setUp();
  const late = transfers.open(NAME, async () => 'late');
  const { promise, resolve } = Promise.withResolvers<string>();
  const long = transfers.open(NAME, () => promise);
  void transfers.present(long.ticket)?.(connection);
  clock.now = late.validSeconds * 1000;
  assert.equal(transfers.present(late.ticket), undefined);
  clock.now = 1e9;
  const ending = transfers.end({ ...NAME, id: long.transferId }, NO_ABORT);
  resolve('long');
  assert.equal(await ending, 'long');
});

test('a result that is not fetched makes room after a minute', async () => {
  const { transfers, clock } = setUp();
  const open = Array.from({ length: 64 }, (_, at) =>
    transfers.open({ ...NAME, caller: `key ${at % 4}` }, async () => 'done'),
  );
  for (const { ticket } of open) await transfers.present(ticket)?.(connection);
  assert.throws(() => transfers.open(NAME, async () => 'more'), { code: 'BULK_TOO_MANY' });
  clock.now = 60_000;
  transfers.open(NAME, async () => 'more');
});

test('one caller cannot take the transfers of the others', () => {
  const { transfers } = setUp();
  const open = (caller: string) => transfers.open({ ...NAME, caller }, async () => 'done');
  for (let count = 0; count < 16; count += 1) open('greedy');
  assert.throws(() => open('greedy'), { code: 'BULK_TOO_MANY_OF_CALLER', kind: 'exhausted' });
  open('other');
  transfers.endOf('greedy');
  open('greedy');
});

test('a caller that leaves, loses its key, or outlives capsuled ends the work', async () => {
  const ends = [
    (transfers: BulkTransfers) => transfers.endOf('me'),
    (transfers: BulkTransfers) => transfers[Symbol.dispose](),
    (_: BulkTransfers, leave: AbortController) => leave.abort(),
  ];
  for (const end of ends) {
    const { transfers } = setUp();
    const { promise, reject } = Promise.withResolvers<never>();
    const { transferId: id, ticket } = transfers.open(NAME, (_, signal) => {
      signal.addEventListener('abort', () => reject(new Error('ended')));
      return promise;
    });
    void transfers.present(ticket)?.(connection);
    const leave = new AbortController();
    const ending = transfers.end({ ...NAME, id }, leave.signal);
    end(transfers, leave);
    await assert.rejects(ending, /ended/);
  }
});
