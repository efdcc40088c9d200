import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellNetworkSeen, RangeUse, ScopeRecord, SpaceNetworkSeen } from '@capsule/core';
import { Diagnosis } from './diagnosis.ts';
import { networkParts } from './network-parts.ts';

const CIDR = '172.20.254.0/24';
const SPACE: ScopeRecord = {
  place: { realm: 'main', space: 'default' },
  uid: '1',
  generation: 1,
  createdAt: 0,
  isDeleting: false,
  labels: {},
  network: { bridge: 'br0', cidr: CIDR },
};
const BRIDGE: SpaceNetworkSeen = { key: 'main_default', bridge: 'br0', cidr: CIDR, isUp: true };

interface World {
  readonly bridges?: readonly SpaceNetworkSeen[];
  readonly uses?: readonly RangeUse[];
  readonly cells?: readonly CellNetworkSeen[];
}

async function check({ bridges = [BRIDGE], uses = [], cells = [] }: World): Promise<string[]> {
  const diagnosis = new Diagnosis(() =>
    networkParts({
      records: () => ({
        scopes: { list: () => [SPACE] },
        cells: { list: () => [] },
        addresses: { get: () => undefined },
      }),
      network: { listSpaces: async () => bridges, list: async () => cells },
      ranges: { usedRanges: async () => uses },
    }),
  );
  const checks = await diagnosis.run([], new AbortController().signal);
  return checks.map(({ name, level, detail }) => `${name} ${level}: ${detail}`);
}

test('a bridge with its range, and the routes of the bridge itself, are fine', async () => {
  const uses: RangeUse[] = [
    { range: CIDR, use: 'route', device: 'br0' },
    { range: '192.0.2.0/24', use: 'route', device: 'eth0' },
    { range: '192.0.2.53', use: 'resolver' },
  ];
  assert.deepEqual(await check({ uses }), [
    'main/default ok: br0 has 172.20.254.0/24',
    'ranges ok: no route, address or resolver of the machine is in them',
    'addresses ok: cells with an address of their own: 0',
  ]);
});

for (const [fault, bridge] of Object.entries({
  'does not exist': { bridge: 'other' },
  'has lost its address': { cidr: undefined },
  'has the range 10.0.0.0/24': { cidr: '10.0.0.0/24' },
  'is down': { isUp: false },
})) {
  test(`a bridge that ${fault} is a failure`, async () => {
    const [found] = await check({ bridges: [{ ...BRIDGE, ...bridge } as SpaceNetworkSeen] });
    assert.equal(found, `main/default fail: br0 of 172.20.254.0/24 ${fault}`);
  });
}

test('a range within that of a space takes its traffic, one around it only loses a part', async () => {
  const route = (range: string): RangeUse => ({ range, use: 'route', device: 'eth0' });
  const rangeOf = async (...uses: RangeUse[]) => (await check({ uses }))[1];
  assert.equal(
    await rangeOf(route('172.20.254.128/25')),
    'range of main/default fail: 172.20.254.0/24 overlaps the route 172.20.254.128/25 of eth0',
  );
  assert.match((await rangeOf(route(CIDR))) ?? '', / fail: /);
  assert.match((await rangeOf(route('172.16.0.0/12'))) ?? '', / warn: /);
  assert.match(
    (await rangeOf(route('172.16.0.0/12'), { range: '172.20.254.53', use: 'resolver' })) ?? '',
    / fail: .*the resolver 172\.20\.254\.53$/,
  );
});

test('an address of two cells is a failure', async () => {
  const cell = (key: string): CellNetworkSeen => ({
    key,
    link: 'veth',
    address: '172.20.254.9',
    complete: true,
  });
  const found = await check({ cells: [cell('a'), cell('b')] });
  assert.equal(found.at(-1), 'addresses fail: 172.20.254.9 is of a and b');
});
