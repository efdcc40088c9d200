import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type CellNames, cellKey, cellOfWorkload, fullNameOf, spaceKey } from '@capsule/core';
import { decode, encode, type RecordType } from 'dns-packet';
import fc from 'fast-check';
import { composeAnswer } from '../message/compose-answer.ts';
import { readQuery } from '../message/read-query.ts';
import { answerQuestion } from './answer-question.ts';
import { type NameZone, zoneOf, zoneSpace } from './name-zone.ts';

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

const MAIN = zoneSpace('main_default', '172.20.254.0/24');
const EMPTY = zoneOf(MAIN, undefined);
const named = (name: string, address: CellNames['address'], aliases: readonly string[] = []) => ({
  cell: cellOfWorkload(name),
  aliases,
  address,
});
const NAMES: readonly CellNames[] = [
  named('web', '172.20.254.2'),
  named('resting', undefined),
  named('proxy', 'capsule'),
];
const ZONE = zoneOf(MAIN, NAMES);
const STRANGER = '172.20.254.200';

/** The answer as a client sees it: code, data of the answers, owner of the SOA. */
function ask(name: string, type: RecordType = 'A', zone: NameZone = ZONE, asker = STRANGER) {
  const bytes = encode({ id: 7, flags: 0x0100, questions: [{ name, type }] });
  const reading = readQuery(bytes);
  assert.equal(reading.kind, 'query');
  if (reading.kind !== 'query') return 'unread';
  const own = answerQuestion(reading.query.question, zone, asker);
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

/** Cells of the space main/prod: `web` in three stacks, and others. */
const PROD = zoneSpace('main_prod', '10.88.0.0/24');
const inProd = (
  stack: string,
  cell: string,
  address: CellNames['address'],
  aliases: readonly string[] = [],
): CellNames => ({ cell: { realm: 'main', space: 'prod', stack, cell }, aliases, address });
const PROD_NAMES: readonly CellNames[] = [
  ...NAMES,
  inProd('default', 'web', '10.88.0.2'),
  inProd('shop', 'web', '10.88.0.3', ['front']),
  inProd('blog', 'web', '10.88.0.4', ['front']),
  inProd('shop', 'db', '10.88.0.5', ['data', 'mail']),
  inProd('shop', 'cache', '10.88.0.6'),
  inProd('blog', 'cache', undefined),
  inProd('blog', 'mail', '10.88.0.7'),
  inProd('com', 'example', '10.88.0.8'),
];
const PROD_ZONE = { ...zoneOf(PROD, PROD_NAMES), others: [MAIN.subnet] };
const SHOP = '10.88.0.5';
const BLOG = '10.88.0.7';

suite('answering a question in a space with stacks', () => {
  const from = (asker: string, name: string, type: RecordType = 'A') =>
    ask(name, type, PROD_ZONE, asker);
  const ok = (...addresses: readonly string[]) => `NOERROR aa ${addresses.join(' ')}`;
  const inFull = (name: string) => `${name}.prod.main.capsule.internal`;

  test("a name alone is a cell of the asker's own stack first", () => {
    for (const name of ['web', inFull('web')]) {
      assert.equal(from(SHOP, name), ok('10.88.0.3'));
      assert.equal(from(BLOG, name), ok('10.88.0.4'));
    }
  });

  test('else it is the only cell of that name in the space', () => {
    for (const name of ['db', inFull('db')]) assert.equal(from(BLOG, name), ok('10.88.0.5'));
  });

  test('else it is the cell of the stack default, and without one the name is ambiguous', () => {
    for (const asker of ['10.88.0.8', PROD.subnet.gateway]) {
      assert.equal(from(asker, inFull('web')), ok('10.88.0.2'));
      assert.equal(from(asker, inFull('cache')), 'NXDOMAIN aa soa capsule.internal');
      assert.equal(from(asker, 'cache'), 'NXDOMAIN');
    }
  });

  test('a name with its stack is that cell, for every asker, in short and in full', () => {
    for (const asker of [SHOP, BLOG, PROD.subnet.gateway]) {
      for (const name of ['web.blog', inFull('web.blog')]) {
        assert.equal(from(asker, name), ok('10.88.0.4'));
      }
      assert.equal(from(asker, inFull('cache.blog')), 'NOERROR aa soa capsule.internal');
      assert.equal(from(asker, inFull('nobody.blog')), 'NXDOMAIN aa soa capsule.internal');
    }
  });

  test('an alias is answered with all cells of the own stack that have it, else of the space', () => {
    assert.equal(from(SHOP, 'front'), ok('10.88.0.3'));
    assert.equal(from('10.88.0.8', 'front'), ok('10.88.0.3', '10.88.0.4'));
    assert.equal(from('10.88.0.8', 'front.blog'), ok('10.88.0.4'));
    assert.equal(from('10.88.0.8', inFull('data.shop')), ok('10.88.0.5'));
  });

  test('the name of a cell is not taken by an alias of another stack', () => {
    assert.equal(from('10.88.0.8', 'mail'), ok('10.88.0.7'));
    assert.equal(from(SHOP, 'mail'), ok('10.88.0.5'));
  });

  test('names of two labels that are no cell and stack are forwarded', () => {
    assert.equal(from(SHOP, 'example.com'), ok('10.88.0.8'));
    for (const name of ['nobody.com', 'web.nowhere', 'a.web.shop']) {
      assert.equal(from(SHOP, name), 'forward');
    }
  });

  test('a space does not know the names of others, nor does it ask an upstream about them', () => {
    for (const name of [
      'web.capsule.internal',
      'web.default.default.main.capsule.internal',
      'web.default.main.capsule.internal',
      'web.shop.prod.other.capsule.internal',
      'default.main.capsule.internal',
      'other.capsule.internal',
    ]) {
      assert.equal(from(SHOP, name), 'NXDOMAIN aa soa capsule.internal', name);
    }
    assert.equal(ask(inFull('web'), 'A', zoneOf(MAIN, PROD_NAMES)), NO_SUCH);
    const reverse = '2.254.20.172.in-addr.arpa';
    assert.equal(from(SHOP, reverse, 'PTR'), 'NXDOMAIN aa soa 254.20.172.in-addr.arpa');
  });

  test('names that others stand below exist without an address', () => {
    for (const name of ['main', 'prod.main', 'shop.prod.main']) {
      assert.equal(from(SHOP, `${name}.capsule.internal`), 'NOERROR aa soa capsule.internal');
    }
  });

  test('reverse lookups return the full name', () => {
    assert.equal(
      from(SHOP, '4.0.88.10.in-addr.arpa', 'PTR'),
      'NOERROR aa web.blog.prod.main.capsule.internal',
    );
    assert.equal(from(SHOP, '1.0.88.10.in-addr.arpa', 'PTR'), 'NOERROR aa capsule.internal');
  });

  test('the full name of every cell leads to its address, and its address back to the cell', () => {
    const label = fc.constantFrom('a', 'b', 'main', 'default', 'prod');
    const cell = fc.record({
      realm: fc.constantFrom('main', 'a'),
      space: fc.constantFrom('default', 'prod'),
      stack: label,
      cell: label,
    });
    const cells = fc.uniqueArray(cell, { selector: cellKey, minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(cells, fc.nat(), (ids, at) => {
        const names = ids.map((id, index) => ({
          cell: id,
          aliases: [],
          address: `10.88.0.${index + 2}`,
        }));
        const chosen = names[at % names.length];
        assert.ok(chosen !== undefined);
        const zone = zoneOf(zoneSpace(spaceKey(chosen.cell), '10.88.0.0/24'), names);
        const { realm, space, stack, cell: name } = chosen.cell;
        const full = `${name}.${stack}.${space}.${realm}.capsule.internal`;
        assert.equal(ask(full, 'A', zone), ok(chosen.address));
        assert.equal(ask(fullNameOf(chosen.cell), 'A', zone), ok(chosen.address));
        assert.equal(ask(name, 'A', zone, chosen.address), ok(chosen.address));
        const reverse = `${chosen.address.split('.').reverse().join('.')}.in-addr.arpa`;
        assert.equal(ask(reverse, 'PTR', zone), ok(fullNameOf(chosen.cell)));
      }),
    );
  });
});

const NO_SUCH = 'NXDOMAIN aa soa capsule.internal';
