import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { suite, type TestContext, test } from 'node:test';
import {
  nameQuery,
  type Respond,
  readNameReply,
  TestUpstream,
  upstreamReply,
} from '@capsule/testkit';
import { LIMITS } from '../limits.ts';
import { readQuery } from '../message/read-query.ts';
import { Forwarder } from './forwarder.ts';

const FOUND = { answers: [{ type: 'A', data: '192.0.2.1' }] };
const right: Respond = (query) => upstreamReply(query, FOUND);
const silent: Respond = () => undefined;

class Bench {
  now = 0;
  readonly forwarder = new Forwarder(() => this.now);
  readonly #t: TestContext;

  constructor(t: TestContext) {
    this.#t = t;
    t.after(() => this.forwarder[Symbol.asyncDispose]());
  }

  async upstream(respond: Respond): Promise<TestUpstream> {
    const upstream = await TestUpstream.open({ respond });
    this.#t.after(() => upstream[Symbol.asyncDispose]());
    return upstream;
  }

  use(...upstreams: readonly { readonly port: number }[]): void {
    this.forwarder.useUpstreams(upstreams.map(({ port }) => ({ address: '127.0.0.1', port })));
  }

  /** `NOERROR A 192.0.2.1`, or `nothing`. */
  async ask(name = 'example.com', { type = 'A', client = '172.20.254.2' } = {}): Promise<string> {
    const answer = await this.forwarder.ask(questionOf(name, type), client);
    if (answer === undefined) return 'nothing';
    const { rcode, answers } = readNameReply(answer.message.bytes);
    return [rcode, ...answers].join(' ');
  }
}

/** The reply without its QR bit, as a mirror of queries would send it: not an answer. */
function asQuery(reply: Buffer): Buffer {
  reply.writeUInt8(reply.readUInt8(2) & 0x7f, 2);
  return reply;
}

function questionOf(name: string, type: string) {
  const reading = readQuery(nameQuery({ name, type }));
  assert.ok(reading.kind === 'query');
  const { question } = reading.query;
  return { question, isDnssecOk: false, isCheckingDisabled: false };
}

suite('forwarding questions', () => {
  test('the answer of the upstream is returned', async (t) => {
    const bench = new Bench(t);
    const upstream = await bench.upstream(right);
    bench.use(upstream);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
    assert.deepEqual(upstream.questions, ['udp A example.com']);
  });

  test('each query has a new id and a new port', async (t) => {
    const bench = new Bench(t);
    const upstream = await bench.upstream(right);
    bench.use(upstream);
    const names = Array.from({ length: 50 }, (_, index) => `n${index}.example.com`);
    await Promise.all(names.map((name) => bench.ask(name)));
    assert.ok(new Set(upstream.asked.map(({ id }) => id)).size > 45);
    assert.equal(new Set(upstream.asked.map(({ port }) => port)).size, 50);
    const steps = upstream.asked.map(({ id }, index) => id - (upstream.asked[index - 1]?.id ?? 0));
    assert.ok(new Set(steps).size > 45, 'ids follow a rule');
  });

  test('wrong answers are ignored, and the right one is still accepted', async (t) => {
    const bench = new Bench(t);
    const evil = { answers: [{ type: 'A', data: '203.0.113.66' }] };
    const upstream = await bench.upstream((query) => [
      upstreamReply(query, { ...evil, id: query.id ^ 1 }),
      upstreamReply(query, { ...evil, name: 'examp1e.com' }),
      upstreamReply(query, { ...evil, type: 'AAAA' }),
      Buffer.from('no message'),
      asQuery(upstreamReply(query, evil)),
      upstreamReply(query, evil).subarray(0, -1),
      upstreamReply(query, FOUND),
    ]);
    bench.use(upstream);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
  });

  test('an answer from another address or port is ignored', async (t) => {
    const bench = new Bench(t);
    const evil = createSocket('udp4');
    t.after(() => evil.close());
    const upstream = await bench.upstream(async (query) => {
      const bytes = upstreamReply(query, { answers: [{ type: 'A', data: '203.0.113.66' }] });
      const sent = Promise.withResolvers<void>();
      evil.send(bytes, query.port, '127.0.0.1', () => sent.resolve());
      await sent.promise;
      return upstreamReply(query, FOUND);
    });
    bench.use(upstream);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
  });

  test('after many wrong answers, the forwarder asks over TCP', async (t) => {
    const bench = new Bench(t);
    const upstream = await bench.upstream((query) => {
      if (query.transport === 'tcp') return upstreamReply(query, FOUND);
      const guesses = Array.from({ length: LIMITS.wrongAnswers + 5 }, (_, index) => index + 1);
      return guesses.map((guess) => upstreamReply(query, { id: query.id ^ guess }));
    });
    bench.use(upstream);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
    assert.deepEqual(upstream.questions, ['udp A example.com', 'tcp A example.com']);
  });

  test('a truncated answer is asked for again over TCP', async (t) => {
    const bench = new Bench(t);
    const many = Array.from({ length: 200 }, (_, index) => ({
      type: 'A',
      data: `192.0.2.${index}`,
    }));
    const upstream = await bench.upstream((query) =>
      upstreamReply(query, query.transport === 'udp' ? { isTruncated: true } : { answers: many }),
    );
    bench.use(upstream);
    assert.equal((await bench.ask()).split(' A ').length, 201);
    assert.deepEqual(upstream.questions, ['udp A example.com', 'tcp A example.com']);
  });

  test('an upstream without EDNS is asked without it', async (t) => {
    const bench = new Bench(t);
    const upstream = await bench.upstream((query) =>
      upstreamReply(query, query.hasEdns ? { rcode: 1 } : FOUND),
    );
    bench.use(upstream);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
    assert.deepEqual(
      upstream.asked.map(({ hasEdns }) => hasEdns),
      [true, false],
    );
  });

  test('the next upstream is asked when one is silent, and first from then on', async (t) => {
    const bench = new Bench(t);
    const [dead, alive] = [await bench.upstream(silent), await bench.upstream(right)];
    bench.use(dead, alive);
    assert.equal(await bench.ask('one.example.com'), 'NOERROR A 192.0.2.1');
    assert.equal(await bench.ask('two.example.com'), 'NOERROR A 192.0.2.1');
    assert.deepEqual(dead.questions, ['udp A one.example.com']);
    assert.equal(alive.questions.length, 2);
  });

  test('when an upstream fails, the next one is asked at once, and its answer counts', async (t) => {
    const bench = new Bench(t);
    const failing = await bench.upstream((query) => upstreamReply(query, { rcode: 2 }));
    const refusing = await bench.upstream((query) => upstreamReply(query, { rcode: 5 }));
    const knowing = await bench.upstream((query) => upstreamReply(query, { rcode: 3, soa: 'com' }));
    bench.use(failing, refusing, knowing);
    const startedAt = performance.now();
    assert.equal(await bench.ask(), 'NXDOMAIN');
    assert.ok(performance.now() - startedAt < 900, 'it waited for the failed upstream');
  });

  test('when every upstream refuses, one refusal is passed on; without upstreams there is no answer', async (t) => {
    const bench = new Bench(t);
    const failing = await bench.upstream((query) => upstreamReply(query, { rcode: 2 }));
    bench.use(failing);
    assert.equal(await bench.ask(), 'SERVFAIL');
    assert.equal(failing.questions.length, 1);
    bench.use();
    assert.equal(await bench.ask(), 'nothing');
    const closed = await TestUpstream.open({ respond: right });
    await closed[Symbol.asyncDispose]();
    bench.use(closed);
    assert.equal(await bench.ask(), 'nothing');
  });

  test('a question that many clients ask at the same time is forwarded once', async (t) => {
    const bench = new Bench(t);
    const gate = Promise.withResolvers<void>();
    const upstream = await bench.upstream(async (query) => {
      await gate.promise;
      return upstreamReply(query, FOUND);
    });
    bench.use(upstream);
    const names = ['example.com', 'EXAMPLE.com', 'example.COM'];
    const waiting = names.map((name, index) => bench.ask(name, { client: `172.20.254.${index}` }));
    gate.resolve();
    assert.deepEqual(
      await Promise.all(waiting),
      names.map(() => 'NOERROR A 192.0.2.1'),
    );
    assert.equal(upstream.questions.length, 1);
  });

  test('a client over its limit gets no answer, and another client does', async (t) => {
    const bench = new Bench(t);
    const gate = Promise.withResolvers<void>();
    const upstream = await bench.upstream(async (query) => {
      await gate.promise;
      return upstreamReply(query, FOUND);
    });
    bench.use(upstream);
    const most = LIMITS.waitingPerClient;
    const flood = Array.from({ length: 10_000 }, (_, index) => bench.ask(`n${index}.example.com`));
    const other = bench.ask('example.com', { client: '172.20.254.3' });
    gate.resolve();
    const answered = (await Promise.all(flood)).filter((answer) => answer !== 'nothing');
    assert.equal(answered.length, most);
    assert.equal(await other, 'NOERROR A 192.0.2.1');
  });

  test('at most the allowed number of questions is under way, for all clients together', async (t) => {
    const bench = new Bench(t);
    const gate = Promise.withResolvers<void>();
    const upstream = await bench.upstream(async (query) => {
      await gate.promise;
      return upstreamReply(query, FOUND);
    });
    bench.use(upstream);
    const asked = Array.from({ length: 2 * LIMITS.questions }, (_, index) =>
      bench.ask(`n${index}.example.com`, { client: `10.0.0.${index % 200}` }),
    );
    gate.resolve();
    const answers = await Promise.all(asked);
    assert.equal(answers.filter((answer) => answer === 'nothing').length, LIMITS.questions);
  });

  test('an answer is cached for its lifetime, and no longer', async (t) => {
    const bench = new Bench(t);
    const upstream = await bench.upstream((query) =>
      upstreamReply(query, { answers: [{ type: 'A', data: '192.0.2.1', ttl: 20 }] }),
    );
    bench.use(upstream);
    await bench.ask();
    bench.now = 19_500;
    const kept = await bench.forwarder.ask(questionOf('EXAMPLE.com', 'A'), '172.20.254.2');
    assert.equal(kept?.ageSeconds, 19);
    assert.equal(upstream.questions.length, 1);
    bench.now = 20_000;
    await bench.ask();
    assert.equal(upstream.questions.length, 2);
  });

  test('a change of the uplink ends its questions and drops its cached answers', async (t) => {
    const bench = new Bench(t);
    const old = await bench.upstream((query) => {
      return query.name.startsWith('slow') ? undefined : upstreamReply(query, FOUND);
    });
    const other = { answers: [{ type: 'A', data: '198.51.100.1' }] };
    const later = await bench.upstream((query) => upstreamReply(query, other));
    bench.use(old);
    assert.equal(await bench.ask(), 'NOERROR A 192.0.2.1');
    const slow = bench.ask('slow.example.com');
    const startedAt = performance.now();
    bench.use(later);
    assert.equal(await slow, 'nothing');
    assert.ok(performance.now() - startedAt < 900, 'the forwarder waited for the old uplink');
    assert.equal(await bench.ask(), 'NOERROR A 198.51.100.1');
  });
});
