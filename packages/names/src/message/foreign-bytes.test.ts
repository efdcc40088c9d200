import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nameQuery, upstreamReply } from '@capsule/testkit';
import { decode } from 'dns-packet';
import fc from 'fast-check';
import { judgeAnswer } from '../forward/judge-answer.ts';
import { composeRefusal } from './compose-answer.ts';
import { composeForwarded } from './compose-forwarded.ts';
import { readMessage } from './read-message.ts';
import { readName } from './read-name.ts';
import { type Query, readQuery } from './read-query.ts';

const CASES = { numRuns: 25_000 };
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));

/** Real messages, to be damaged only slightly. */
const base = fc.constantFrom(
  nameQuery({ name: 'web.capsule.internal', udpBytes: 1232 }),
  nameQuery({ name: 'example.com', type: 'AAAA' }),
  reply({ answers: [{ type: 'A', data: '192.0.2.1' }], hasEdns: true }),
  reply({ answers: [{ type: 'CNAME', data: 'other.example.com' }], soa: 'example.com' }),
);
const damaged = fc
  .record({
    message: base,
    cut: fc.nat(40),
    places: fc.array(fc.record({ at: fc.nat(120), byte: fc.nat(255) }), { maxLength: 6 }),
    tail: fc.uint8Array({ maxLength: 20 }),
  })
  .map(({ message, cut, places, tail }) => {
    const whole = Buffer.concat([message.subarray(0, message.length - cut), tail]);
    for (const { at, byte } of places) whole[at % Math.max(1, whole.length)] = byte;
    return whole;
  });

suite('foreign bytes as DNS messages', () => {
  test('any bytes are a query, are refused or are dropped, and never cause a crash', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (message) => {
        const reading = readQuery(message);
        if (reading.kind === 'drop') return;
        const answer = composeRefusal(reading.query, 5);
        assert.ok(answer.length <= 512);
        assert.equal(answer.readUInt16BE(0), message.readUInt16BE(0));
        assert.ok((answer.readUInt16BE(2) & 0x8000) !== 0);
      }),
      CASES,
    );
  });

  test('a message that is read has the same content for another library', () => {
    fc.assert(
      fc.property(damaged, (message) => {
        const read = readMessage(message);
        if (read === undefined) return;
        const other = decodeOrNothing(message);
        if (other === undefined) return;
        const [question] = other.questions ?? [];
        const text = read.question.name.toString('utf8', 1).replace(/[\0-\x3f]/g, '');
        assert.equal(read.id, other.id);
        assert.equal(question?.name.toLowerCase().replace(/[\0-\x3f]/g, ''), text.toLowerCase());
      }),
      CASES,
    );
  });

  test('any bytes of an upstream are accepted or rejected, and a forwarded answer is a complete message', () => {
    const asked = queryOf(nameQuery({ name: 'example.com', id: 7, udpBytes: 4096 }));
    fc.assert(
      fc.property(damaged, fc.boolean(), (message, isRight) => {
        if (isRight && message.length > 2) message.writeUInt16BE(7, 0);
        const verdict = judgeAnswer(message, { id: 7, question: asked.question });
        if (verdict.kind !== 'answer') return;
        const passed = composeForwarded(asked, verdict.message, 30);
        const read = readMessage(passed);
        assert.ok(read !== undefined, passed.toString('hex'));
        assert.deepEqual(read.question.bytes, asked.question.bytes);
        assert.ok(read.edns !== undefined);
      }),
      CASES,
    );
  });

  test('reading a name ends, wherever its pointers lead', () => {
    const loops = {
      itself: [0xc0, 12],
      forwards: [0xc0, 16, 0, 0, 1, 97, 0],
      'each other': [1, 97, 0xc0, 16, 1, 98, 0xc0, 12],
      'the header': [0xc0, 0],
      'no end': [63, ...Array.from({ length: 20 }, () => 97)],
      'an odd label': [0x80, 1, 0],
    };
    for (const [what, name] of Object.entries(loops)) {
      const message = Buffer.concat([Buffer.alloc(12), Buffer.from(name)]);
      assert.equal(readName(message, 12), undefined, what);
    }
  });

  test('a name is at most 255 bytes long, also where pointers make it longer', () => {
    const label = Buffer.concat([Buffer.of(63), Buffer.alloc(63, 97)]);
    const longest = Buffer.concat([label, label, label, Buffer.of(61), Buffer.alloc(61, 97), ROOT]);
    const message = Buffer.concat([Buffer.alloc(12), longest, label, Buffer.of(0xc0, 12)]);
    assert.equal(readName(message, 12)?.wire.length, 255);
    assert.equal(readName(message, 12 + longest.length), undefined);
  });

  test('a message full of pointers to pointers is cheap to read', () => {
    const message = Buffer.alloc(0xffff);
    message.set([1, 97, 0], 12);
    message.writeUInt16BE(0xc000 + 12, 15);
    for (let at = 17; at + 1 < 0x3fff; at += 2) message.writeUInt16BE(0xc000 + at - 2, at);
    const startedAt = performance.now();
    for (let at = 15; at < 0x3fff; at += 2) readName(message, at);
    assert.ok(performance.now() - startedAt < 1000);
    assert.ok(readName(message, 15) !== undefined);
    assert.equal(readName(message, 0x3001), undefined);
  });

  test('reading a message with huge counts ends with its bytes', () => {
    const message = nameQuery({ name: 'example.com' });
    message.writeUInt16BE(0xffff, 10);
    assert.deepEqual(readQuery(message).kind, 'refuse');
    assert.equal(readMessage(message), undefined);
  });

  test('neither an answer nor a message shorter than a header gets an answer', () => {
    assert.equal(readQuery(reply({})).kind, 'drop');
    assert.equal(readQuery(Buffer.alloc(11)).kind, 'drop');
  });
});

const ROOT = Buffer.of(0);

function reply(words: Parameters<typeof upstreamReply>[1]): Buffer {
  const query = { name: 'example.com', type: 'A', transport: 'udp', id: 7, hasEdns: true } as const;
  return upstreamReply({ ...query, port: 1 }, words);
}

function queryOf(message: Buffer): Query {
  const reading = readQuery(message);
  assert.ok(reading.kind === 'query');
  return reading.query;
}

function decodeOrNothing(message: Buffer): ReturnType<typeof decode> | undefined {
  try {
    return decode(message);
  } catch {
    return undefined; // it is stricter about records outside the question
  }
}
