import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decode, encode, type RecordType } from 'dns-packet';
import { composeAnswer } from '../message/compose-answer.ts';
import { readQuery } from '../message/read-query.ts';
import { answerQuestion } from './answer-question.ts';
import { emptyZone, type NameZone, zoneWithNames } from './name-zone.ts';

interface Decoded {
  readonly rcode: string;
  readonly flag_aa: boolean;
  readonly answers: readonly Shown[];
  readonly authorities: readonly Shown[];
}

interface Shown {
  readonly name: string;
  readonly ttl: number;
  readonly data: unknown;
}

const EMPTY = emptyZone('172.20.254.0/24');
const ZONE = zoneWithNames(EMPTY, [
  { name: 'web', address: '172.20.254.2' },
  { name: 'resting', address: undefined },
  { name: 'proxy', address: 'capsule' },
]);

/** The answer as a client sees it: code, data of the answers, owner of the SOA. */
function ask(name: string, type: RecordType = 'A', zone: NameZone = ZONE) {
  const bytes = encode({ id: 7, flags: 0x0100, questions: [{ name, type }] });
  const reading = readQuery(bytes);
  assert.equal(reading.kind, 'query');
  if (reading.kind !== 'query') return 'unread';
  const own = answerQuestion(reading.query.question, zone);
  if (own === 'forward') return 'forward';
  const answer = decode(composeAnswer(reading.query, own));
  assert.equal(answer.id, 7);
  assert.deepEqual(answer.questions, [{ name, type, class: 'IN' }]);
  const { rcode, flag_aa, answers, authorities } = answer as unknown as Decoded;
  assert.ok([...answers, ...authorities].every(({ ttl }) => ttl <= 5));
  const data = answers.map((each) => each.data).join(' ');
  const soa = authorities.map((each) => each.name).join(' ');
  return [rcode, flag_aa ? 'aa' : '', data, soa === '' ? '' : `soa ${soa}`]
    .filter((part) => part !== '')
    .join(' ');
}

suite('answering a question', () => {
  test('a workload is found by its name and by its full name, in any case', () => {
    for (const name of ['web', 'WEB', 'web.capsule.internal', 'Web.Capsule.INTERNAL']) {
      assert.equal(ask(name), 'NOERROR aa 172.20.254.2');
    }
  });

  test('a query for another type gets no record, but the name exists', () => {
    for (const type of ['AAAA', 'MX', 'TXT', 'SRV'] as const) {
      assert.equal(ask('web.capsule.internal', type), 'NOERROR aa soa capsule.internal');
      assert.equal(ask('web', type), 'NOERROR aa soa web');
    }
  });

  test('a stopped workload exists and has no address', () => {
    assert.equal(ask('resting'), 'NOERROR aa soa resting');
    assert.equal(ask('resting.capsule.internal'), 'NOERROR aa soa capsule.internal');
  });

  test("a workload in the capsule's network has the address of the capsule", () => {
    assert.equal(ask('proxy'), 'NOERROR aa 172.20.254.1');
    assert.equal(ask('capsule.internal'), 'NOERROR aa 172.20.254.1');
  });

  test('a query of type ANY gets the address', () => {
    assert.equal(ask('web', 'ANY' as RecordType), 'NOERROR aa 172.20.254.2');
  });

  test('a name that is not in the domain does not exist, and no upstream is asked', () => {
    for (const name of [
      'nobody.capsule.internal',
      'a.web.capsule.internal',
      '_x.capsule.internal',
    ]) {
      assert.equal(ask(name), 'NXDOMAIN aa soa capsule.internal');
      assert.equal(ask(name, 'AAAA'), 'NXDOMAIN aa soa capsule.internal');
    }
  });

  test('a name of one label is not forwarded, unless the uplink has local names', () => {
    assert.equal(ask('printer'), 'NXDOMAIN');
    assert.equal(ask('printer', 'A', { ...ZONE, isUplinkLocal: true }), 'forward');
    assert.equal(ask('web', 'A', { ...ZONE, isUplinkLocal: true }), 'NOERROR aa 172.20.254.2');
    assert.equal(ask('com', 'NS'), 'forward');
  });

  test('reverse lookups of bridge addresses return names', () => {
    assert.equal(ask('2.254.20.172.in-addr.arpa', 'PTR'), 'NOERROR aa web.capsule.internal');
    assert.equal(ask('1.254.20.172.in-addr.arpa', 'PTR'), 'NOERROR aa capsule.internal');
    assert.equal(
      ask('9.254.20.172.in-addr.arpa', 'PTR'),
      'NXDOMAIN aa soa 254.20.172.in-addr.arpa',
    );
    assert.equal(ask('2.254.20.172.in-addr.arpa', 'A'), 'NOERROR aa soa 254.20.172.in-addr.arpa');
  });

  test('all other names are forwarded to the uplink', () => {
    for (const name of ['example.com', 'capsule.internal.example.com', 'xcapsule.internal', '.']) {
      assert.equal(ask(name), 'forward');
    }
    assert.equal(ask('1.2.0.192.in-addr.arpa', 'PTR'), 'forward');
    assert.equal(ask('300.254.20.172.in-addr.arpa', 'PTR'), 'forward');
  });

  test('localhost is never forwarded', () => {
    assert.equal(ask('localhost'), 'NOERROR aa 127.0.0.1');
    assert.equal(ask('localhost', 'AAAA'), 'NOERROR aa ::1');
    assert.equal(ask('localhost', 'MX'), 'NOERROR aa soa localhost');
    assert.equal(ask('db.localhost'), 'NXDOMAIN aa soa localhost');
  });

  test('before the names are known, none is reported as missing', () => {
    assert.equal(ask('web', 'A', EMPTY), 'SERVFAIL');
    assert.equal(ask('web.capsule.internal', 'A', EMPTY), 'SERVFAIL');
    assert.equal(ask('2.254.20.172.in-addr.arpa', 'PTR', EMPTY), 'SERVFAIL');
    assert.equal(ask('example.com', 'A', EMPTY), 'forward');
  });
});
