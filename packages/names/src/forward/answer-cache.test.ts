import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type UpstreamWords, upstreamReply } from '@capsule/testkit';
import { LIMITS, TIMES } from '../limits.ts';
import { type DnsMessage, readMessage } from '../message/read-message.ts';
import { AnswerCache } from './answer-cache.ts';

function message(words: UpstreamWords): DnsMessage {
  const query = { name: 'example.com', type: 'A', transport: 'udp', id: 7, hasEdns: true } as const;
  const read = readMessage(upstreamReply({ ...query, port: 1 }, words));
  assert.ok(read !== undefined);
  return read;
}

/** Seconds until an answer expires, found by one lookup each second. */
function lifetime(words: UpstreamWords): number {
  let now = 0;
  const cache = new AnswerCache(() => now * 1000);
  cache.put('key', message(words));
  while (cache.get('key') !== undefined) now += 1;
  return now;
}

suite('the cache of answers', () => {
  test('the shortest lifetime counts, and no answer is cached for long', () => {
    const a = (ttl: number) => ({ type: 'A', data: '192.0.2.1', ttl });
    assert.equal(lifetime({ answers: [a(60), a(20)] }), 20);
    assert.equal(lifetime({ answers: [a(0)] }), 0);
    assert.equal(lifetime({ answers: [a(1_000_000)] }), TIMES.cachedSeconds);
  });

  test('an absence is cached for as long as its SOA says, and not without an SOA', () => {
    assert.equal(lifetime({ rcode: 3, soa: 'com' }), TIMES.cachedAbsenceSeconds);
    assert.equal(lifetime({ soa: 'example.com' }), TIMES.cachedAbsenceSeconds);
    assert.equal(lifetime({ rcode: 3 }), 0);
  });

  test('the cache holds a limited number of answers, and evicts the least recently used', () => {
    const cache = new AnswerCache(() => 0);
    const answer = message({ answers: [{ type: 'A', data: '192.0.2.1' }] });
    for (let index = 0; index < LIMITS.cachedAnswers; index += 1) cache.put(`n${index}`, answer);
    assert.ok(cache.get('n0'));
    cache.put('one more', answer);
    assert.equal(cache.get('n1'), undefined);
    assert.ok(cache.get('n0'));
    cache.clear();
    assert.equal(cache.get('n0'), undefined);
  });

  test('the cache holds a limited number of bytes', () => {
    const cache = new AnswerCache(() => 0);
    const answer = message({ answers: Array(80).fill({ type: 'A', data: '192.0.2.1' }) });
    const fitting = Math.floor(LIMITS.cachedBytes / answer.bytes.length);
    assert.ok(fitting + 1 < LIMITS.cachedAnswers);
    for (let index = 0; index <= fitting; index += 1) cache.put(`n${index}`, answer);
    assert.equal(cache.get('n0'), undefined);
    assert.ok(cache.get('n1'));
  });

  test('large answers are not cached', () => {
    const cache = new AnswerCache(() => 0);
    const many = Array.from({ length: 200 }, () => ({ type: 'A', data: '192.0.2.1' }));
    const large = message({ answers: many });
    assert.ok(large.bytes.length > LIMITS.cachedAnswerBytes);
    cache.put('large', large);
    assert.equal(cache.get('large'), undefined);
  });
});
