import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { type Answer, decode, encode, type Packet, type Question } from 'dns-packet';
import fc from 'fast-check';
import { answerQuestions } from './answer-questions.ts';
import { ServiceAnnouncer } from './service-announcer.ts';
import { type AnnouncedCapsule, SERVICE, serviceRecords } from './service-records.ts';
import { isOnLink, uplinkWith } from './uplink.ts';

const BOX: AnnouncedCapsule = {
  capsuleId: 'abcdefghijklmnopqrstuvwxyz',
  hostname: 'box',
  version: '1.2.3',
  port: 50_000,
  isAdopted: false,
};
const ADDRESSES = { ipv4: ['192.0.2.7'], ipv6: ['2001:db8::7'] };
const RECORDS = serviceRecords(BOX, ADDRESSES);
const typesOf = (records: readonly Answer[] = []) => records.map(({ type }) => type);

test('a browser that asks for capsules gets all that it needs in one answer', () => {
  const asked = answerQuestions([{ type: 'PTR', name: '_Capsule._tcp.local' }], RECORDS);
  assert.deepEqual(typesOf(asked?.answers), ['PTR']);
  assert.deepEqual(typesOf(asked?.additionals), ['SRV', 'TXT', 'A', 'AAAA']);
  const { text } = RECORDS;
  assert.deepEqual(text.type === 'TXT' && text.data, [
    'capsule_id=abcdefghijklmnopqrstuvwxyz',
    'short_id=abcdefgh',
    'adopted=false',
    'version=1.2.3',
    'mode=runtime',
    'hostname=box',
  ]);
});

test('questions about anything else are not answered', () => {
  for (const name of ['_http._tcp.local', 'box.local', '', 'x._capsule._tcp.local']) {
    assert.equal(answerQuestions([{ type: 'PTR', name }], RECORDS), undefined);
  }
  assert.equal(answerQuestions([{ type: 'A', name: SERVICE }], RECORDS), undefined);
});

test('only machines of the link get an answer', () => {
  const info = { netmask: '', mac: '', internal: false } as const;
  const uplink = uplinkWith('192.0.2.7', {
    lo: [{ ...info, address: '127.0.0.1', family: 'IPv4', cidr: '127.0.0.1/8' }],
    eth0: [
      { ...info, address: '192.0.2.7', family: 'IPv4', cidr: '192.0.2.7/24' },
      { ...info, address: 'fe80::1', family: 'IPv6', cidr: 'fe80::1/64', scopeid: 2 },
    ],
    br0: [{ ...info, address: '172.20.254.1', family: 'IPv4', cidr: '172.20.254.1/24' }],
  });
  assert.ok(uplink);
  assert.deepEqual([uplink.ipv4, uplink.ipv6], [['192.0.2.7'], []]);
  assert.ok(isOnLink('192.0.2.99', uplink));
  assert.ok(isOnLink('fe80::9%eth0', uplink));
  for (const address of [
    '172.20.254.9',
    '127.0.0.1',
    '198.51.100.1',
    'fe80::9%br0',
    '2001:db8::1',
    '',
  ]) {
    assert.ok(!isOnLink(address, uplink), address);
  }
});

test('a capsule that cannot use IPv6 reports that, and starts over IPv4', async () => {
  const port = await freePort();
  const holder = createSocket({ type: 'udp6', ipv6Only: true }).bind(port, '::');
  // Without IPv6 in the kernel, nothing can hold the port, and nothing can be opened there either.
  await Promise.race([once(holder, 'listening'), once(holder, 'error')]);
  const reported: unknown[] = [];
  await using announcer = new ServiceAnnouncer({
    describe: () => BOX,
    uplinkAddress: () => '127.0.0.1',
    onNoIpv6: (error) => reported.push(error),
    now: () => 0,
    port,
  });
  await announcer.start();
  holder.close();
  assert.equal(reported.length, 1);
});

async function freePort(): Promise<number> {
  const probe = createSocket('udp4').bind(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** An announcer on the loopback, and a plain resolver beside it. */
async function openPair(describe: () => AnnouncedCapsule = () => BOX, host = '127.0.0.1') {
  const port = await freePort();
  let now = 0;
  const announcer = new ServiceAnnouncer({
    describe,
    uplinkAddress: () => '127.0.0.1',
    onNoIpv6: () => undefined,
    now: () => now,
    port,
  });
  await announcer.start();
  const client = createSocket(isIPv6(host) ? 'udp6' : 'udp4').bind(0, host);
  await once(client, 'listening');
  const ask = (bytes: Buffer) => client.send(bytes, port, host);
  return {
    client,
    ask,
    tick: () => {
      now += 1000;
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await announcer[Symbol.asyncDispose]();
    },
  };
}

const query = (...questions: Question[]) => encode({ type: 'query', id: 7, questions });

async function next(client: Socket): Promise<Packet> {
  const [bytes] = await once(client, 'message');
  return decode(bytes);
}

test('a query over the network is answered, with the state of that moment', async () => {
  let isAdopted = false;
  await using pair = await openPair(() => ({ ...BOX, isAdopted }));
  const adopted = async () => {
    pair.ask(query({ type: 'PTR', name: SERVICE }));
    const { additionals = [], id } = await next(pair.client);
    assert.equal(id, 7);
    const text = additionals.find(({ type }) => type === 'TXT');
    return text?.type === 'TXT' && String(text.data).includes('adopted=true');
  };
  assert.equal(await adopted(), false);
  isAdopted = true;
  assert.equal(await adopted(), true);
});

const HAS_IPV6 = networkInterfaces()['lo']?.some(({ address }) => address === '::1');

test('a query over IPv6 is answered', { skip: !HAS_IPV6 && 'no IPv6 here' }, async () => {
  await using pair = await openPair(() => BOX, '::1');
  pair.ask(query({ type: 'PTR', name: SERVICE }));
  const { additionals } = await next(pair.client);
  assert.deepEqual(typesOf(additionals).slice(0, 2), ['SRV', 'TXT']);
});

test('rubbish, and a flood of questions, do no harm', async () => {
  await using pair = await openPair();
  for (let count = 0; count < 500; count += 1) pair.ask(randomBytes(count * 3));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 40 }), (noise) => {
      const bytes = Buffer.concat([query({ type: 'PTR', name: SERVICE }), noise]);
      bytes[Math.min(5, noise[0] ?? 0)] = noise[1] ?? 0;
      pair.ask(bytes);
    }),
  );
  let answers = 0;
  let isLast = false;
  pair.client.on('message', (bytes) => {
    answers += 1;
    isLast = isLast || decode(bytes).id === 9;
  });
  const asked = query({ type: 'PTR', name: SERVICE });
  for (let count = 0; count < 300; count += 1) pair.ask(asked);
  const last = encode({ type: 'query', id: 9, questions: [{ type: 'PTR', name: SERVICE }] });
  let seconds = 0;
  for (; !isLast && seconds < 10_000; seconds += 1) {
    pair.tick();
    pair.ask(last);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(isLast);
  assert.ok(answers <= 10 * (seconds + 1), `${answers} answers in ${seconds} seconds`);
});
