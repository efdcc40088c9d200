import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload as cell, isCapsuleError } from '@capsule/core';
import { openStore } from '@capsule/engine';
import fc from 'fast-check';
import { Addresses } from './addresses.ts';
import { MIGRATIONS } from './migrations.ts';

const open = (cidr: string) => new Addresses(openStore(':memory:', MIGRATIONS), () => cidr);

test('an owner keeps its address, and the bridge keeps the first one', () => {
  const addresses = open('172.20.254.0/24');
  assert.equal(addresses.claim(cell('a')), '172.20.254.2');
  assert.equal(addresses.claim(cell('b')), '172.20.254.3');
  assert.equal(addresses.claim(cell('a')), '172.20.254.2');
});

test('a freed address is not used again before the other addresses', () => {
  const addresses = open('10.0.0.0/29');
  for (const owner of ['a', 'b', 'c']) addresses.claim(cell(owner));
  addresses.release(cell('a'));
  assert.equal(addresses.claim(cell('d')), '10.0.0.5');
  assert.equal(addresses.claim(cell('e')), '10.0.0.6');
  assert.equal(addresses.claim(cell('f')), '10.0.0.2');
});

test('a full network is refused and nothing is taken', () => {
  const addresses = open('10.0.0.0/30');
  addresses.claim(cell('a'));
  assert.throws(
    () => addresses.claim(cell('b')),
    (error) => isCapsuleError(error) && error.code === 'ADDRESS_EXHAUSTED',
  );
  assert.equal(addresses.get(cell('b')), undefined);
});

test('two owners never share an address, and none gets the network, bridge or broadcast address', () => {
  const moves = fc.array(fc.record({ owner: fc.integer({ min: 0, max: 9 }), give: fc.boolean() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(moves, (list) => {
      const addresses = open('10.0.0.0/28');
      const held = new Map<string, string>();
      for (const { owner, give } of list) {
        const name = `w${owner}`;
        if (give) held.set(name, addresses.claim(cell(name)));
        else if (held.delete(name)) addresses.release(cell(name));
        assert.equal(new Set(held.values()).size, held.size);
      }
      for (const reserved of ['10.0.0.0', '10.0.0.1', '10.0.0.15']) {
        assert.ok(![...held.values()].includes(reserved));
      }
    }),
  );
});

test('cells of one name in several spaces have addresses of their own spaces', () => {
  const networks = new Map([
    ['main/default', '172.20.254.0/24'],
    ['main/prod', '10.88.0.0/24'],
  ]);
  const addresses = new Addresses(openStore(':memory:', MIGRATIONS), ({ realm, space }) =>
    networks.get(`${realm}/${space}`),
  );
  const web = (space: string) => ({ ...cell('web'), space });
  assert.equal(addresses.claim(web('default')), '172.20.254.2');
  assert.equal(addresses.claim(web('prod')), '10.88.0.2');
  assert.throws(() => addresses.claim(web('gone')), { code: 'ADDRESS_NO_NETWORK' });
  assert.equal(addresses.get(web('gone')), undefined);
  addresses.release(web('default'));
  assert.equal(addresses.get(web('prod')), '10.88.0.2');
});

test('fifty cells that are created at once get fifty addresses', async () => {
  const addresses = open('10.88.0.0/24');
  const names = Array.from({ length: 50 }, (_, at) => `w${at}`);
  const given = await Promise.all(names.map(async (name) => addresses.claim(cell(name))));
  assert.equal(new Set(given).size, 50);
  assert.deepEqual(
    given,
    names.map((name) => addresses.get(cell(name))),
  );
});

test('a space that gets another network has its cells there, and can go back', () => {
  let network = '10.88.0.0/24';
  const addresses = new Addresses(openStore(':memory:', MIGRATIONS), () => network);
  const before = addresses.claim(cell('web'));
  network = '10.99.0.0/24';
  assert.equal(addresses.get(cell('web')), undefined);
  assert.equal(addresses.claim(cell('web')), '10.99.0.2');
  network = '10.88.0.0/24';
  assert.equal(addresses.claim(cell('web')), before);
});
