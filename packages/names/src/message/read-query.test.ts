import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nameQuery, readNameReply } from '@capsule/testkit';
import { RCODE } from './codes.ts';
import { composeRefusal, composeTruncated } from './compose-answer.ts';
import { readQuery } from './read-query.ts';

function refusalOf(message: Buffer): number | undefined {
  const reading = readQuery(message);
  return reading.kind === 'refuse' ? reading.rcode : undefined;
}

function changed(change: (message: Buffer) => void): Buffer {
  const message = nameQuery({ name: 'example.com' });
  change(message);
  return message;
}

suite('reading a query', () => {
  test('a query that the responder does not support gets the right code', () => {
    const opcode = (value: number) => changed((message) => message.writeUInt8(value << 3, 2));
    assert.equal(refusalOf(opcode(5)), RCODE.NOTIMP);
    assert.equal(refusalOf(opcode(4)), RCODE.NOTIMP);
    assert.equal(refusalOf(nameQuery({ name: 'version.bind', class: 'CH' })), RCODE.REFUSED);
    for (const type of ['AXFR', 'IXFR', 'TKEY', 'TSIG', 'OPT']) {
      assert.equal(refusalOf(nameQuery({ name: 'example.com', type })), RCODE.REFUSED, type);
    }
    assert.equal(refusalOf(nameQuery({ name: 'example.com', type: 'ANY' })), undefined);
    assert.equal(refusalOf(nameQuery({ name: 'example.com', type: 'CAA' })), undefined);
  });

  test('a message that is not a query is a format error', () => {
    const counts = (at: number, value: number) =>
      changed((message) => message.writeUInt16BE(value, at));
    for (const message of [counts(4, 0), counts(4, 2), counts(6, 1), counts(8, 1), counts(10, 1)]) {
      assert.equal(refusalOf(message), RCODE.FORMERR);
    }
    const longer = Buffer.concat([nameQuery({ name: 'example.com' }), Buffer.of(0)]);
    assert.equal(refusalOf(longer), RCODE.FORMERR);
  });

  test('a later version of EDNS is refused with BADVERS', () => {
    const message = nameQuery({ name: 'example.com', udpBytes: 1232 });
    message.writeUInt8(1, message.length - 5);
    const reading = readQuery(message);
    assert.ok(reading.kind === 'refuse');
    assert.equal(reading.rcode, RCODE.BADVERS);
    const answer = composeRefusal(reading.query, reading.rcode);
    assert.equal(answer.readUInt16BE(2) & 0xf, 0);
    assert.equal(answer.readUInt8(answer.length - 6), 1);
  });

  test('two OPT records are a format error', () => {
    const message = nameQuery({ name: 'example.com', udpBytes: 1232 });
    const twice = Buffer.concat([message, message.subarray(-11)]);
    twice.writeUInt16BE(2, 10);
    assert.equal(refusalOf(twice), RCODE.FORMERR);
  });

  test('the answer repeats the question as written, whatever its name holds', () => {
    const message = nameQuery({ name: 'ExAmple.com', id: 4711 });
    message.set([0, 255, 46, 10], 13);
    const reading = readQuery(message);
    assert.ok(reading.kind === 'query');
    const answer = composeRefusal(reading.query, RCODE.NXDOMAIN);
    assert.deepEqual(answer.subarray(12), message.subarray(12));
    assert.equal(answer.readUInt16BE(0), 4711);
  });

  test('a truncated answer has the TC bit and repeats the question', () => {
    const reading = readQuery(nameQuery({ name: 'example.com', id: 9, udpBytes: 512 }));
    assert.ok(reading.kind === 'query');
    const long = composeRefusal(reading.query, RCODE.NOERROR);
    const reply = readNameReply(composeTruncated(reading.query, long));
    assert.equal(reply.isTruncated, true);
    assert.equal(reply.hasEdns, true);
    assert.deepEqual(reply.question?.name, 'example.com');
  });
});
