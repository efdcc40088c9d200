import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cellOfWorkload } from '@capsule/core';
import {
  type NameQuery,
  nameQuery,
  readNameReply,
  TestUpstream,
  upstreamReply,
} from '@capsule/testkit';
import fc from 'fast-check';
import { Forwarder } from '../forward/forwarder.ts';
import { LIMITS } from '../limits.ts';
import { zoneOf, zoneSpace } from '../zone/name-zone.ts';
import { type Client, createQueryHandler } from './query-handler.ts';

const UDP: Client = { address: '172.20.254.2', transport: 'udp' };
const TCP: Client = { address: '172.20.254.2', transport: 'tcp' };
const ZONE = zoneOf(zoneSpace('main_default', '172.20.254.0/24'), [
  { cell: cellOfWorkload('web'), aliases: [], address: '172.20.254.3' },
]);

function handlerWith(forwarder = new Forwarder(() => 0)) {
  return createQueryHandler({ zone: () => ZONE, forwarder });
}

async function ask(forwarder: Forwarder, query: NameQuery, client = UDP) {
  const reply = await handlerWith(forwarder)(nameQuery(query), client);
  assert.ok(reply !== undefined);
  return readNameReply(reply);
}

suite('handling queries', () => {
  test('any bytes get an answer within the size limit or none, and never crash the handler', async () => {
    const handle = handlerWith();
    const name = fc.constantFrom('web', 'web.capsule.internal', 'nope', 'example.com', '.');
    const type = fc.constantFrom('A', 'AAAA', 'PTR', 'ANY', 'AXFR', 'SOA');
    const damage = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 });
    const query = fc.record({ name, type, id: fc.nat(0xffff), udpBytes: fc.nat(0xffff), damage });
    await fc.assert(
      fc.asyncProperty(query, async ({ damage: places, ...asked }) => {
        const message = nameQuery(asked);
        for (const [at, byte] of places) message[at % message.length] = byte;
        const reply = await handle(message, UDP);
        if (reply === undefined) return;
        assert.ok(reply.length <= LIMITS.udpBytes);
        assert.equal(reply.readUInt16BE(0), message.readUInt16BE(0));
        assert.ok(reply.readUInt16BE(2) & 0x8000);
      }),
      { numRuns: 25_000 },
    );
  });

  test('a foreign name needs the recursion flag, and ANY is refused for it', async () => {
    await using upstream = await TestUpstream.open({ respond: () => undefined });
    await using forwarder = new Forwarder(() => 0);
    forwarder.useUpstreams([{ address: '127.0.0.1', port: upstream.port }]);
    const name = 'example.com';
    assert.equal((await ask(forwarder, { name, isRecursionDesired: false })).rcode, 'REFUSED');
    assert.equal((await ask(forwarder, { name, type: 'ANY' })).rcode, 'NOTIMP');
    assert.deepEqual(upstream.questions, []);
    assert.equal(
      (await ask(forwarder, { name: 'web', isRecursionDesired: false })).rcode,
      'NOERROR',
    );
  });

  test('without an upstream the answer is SERVFAIL, at once', async () => {
    const startedAt = performance.now();
    const reply = await ask(new Forwarder(() => 0), { name: 'example.com', id: 4711 });
    assert.deepEqual([reply.rcode, reply.id], ['SERVFAIL', 4711]);
    assert.equal(reply.isRecursionAvailable, true);
    assert.ok(performance.now() - startedAt < 200);
  });

  test('an answer over UDP is no larger than the client and the path accept', async () => {
    await using upstream = await TestUpstream.open({
      respond: (query) =>
        upstreamReply(query, { answers: addresses(Number(/\d+/.exec(query.name))) }),
    });
    await using forwarder = new Forwarder(() => 0);
    forwarder.useUpstreams([{ address: '127.0.0.1', port: upstream.port }]);
    const sizeOf = async (count: number, udpBytes?: number, client = UDP) => {
      const size = udpBytes === undefined ? {} : { udpBytes };
      const reply = await ask(forwarder, { name: `n${count}.example.com`, ...size }, client);
      return reply.isTruncated ? `cut to ${reply.answers.length}` : reply.answers.length;
    };
    assert.equal(await sizeOf(10), 10);
    assert.equal(await sizeOf(30), 'cut to 0');
    assert.equal(await sizeOf(30, 1232), 30);
    assert.equal(await sizeOf(30, 100), 'cut to 0');
    assert.equal(await sizeOf(60, 0xffff), 'cut to 0');
    assert.equal(await sizeOf(60, 0xffff, TCP), 60);
    assert.equal(await sizeOf(1000, undefined, TCP), 1000);
  });

  test('an answer has EDNS exactly when the query had it', async () => {
    await using upstream = await TestUpstream.open({
      respond: (query) => upstreamReply(query, { answers: addresses(1), hasEdns: true }),
    });
    await using forwarder = new Forwarder(() => 0);
    forwarder.useUpstreams([{ address: '127.0.0.1', port: upstream.port }]);
    for (const name of ['web', 'example.com', 'nope']) {
      assert.equal((await ask(forwarder, { name })).hasEdns, false, name);
      assert.equal((await ask(forwarder, { name, udpBytes: 1232 })).hasEdns, true, name);
    }
  });

  test('lifetimes of a cached answer count down, and each client gets the name in its own case', async () => {
    let now = 0;
    await using upstream = await TestUpstream.open({
      respond: (query) => upstreamReply(query, { answers: addresses(1) }),
    });
    await using forwarder = new Forwarder(() => now);
    forwarder.useUpstreams([{ address: '127.0.0.1', port: upstream.port }]);
    const first = await ask(forwarder, { name: 'example.com' });
    assert.deepEqual([first.ttls, first.isRecursionAvailable], [[60], true]);
    now = 25_000;
    const later = await ask(forwarder, { name: 'EXAMPLE.com', id: 9 });
    assert.deepEqual([later.ttls, later.question?.name, later.id], [[35], 'EXAMPLE.com', 9]);
    assert.equal(upstream.questions.length, 1);
  });
});

function addresses(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    type: 'A',
    data: `192.0.${index >> 8}.${index & 255}`,
  }));
}
