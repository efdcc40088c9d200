import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_POOL, overlap, parseRange, pickSubnet, type Range } from './subnet.ts';

const range = (text: string): Range => {
  const parsed = parseRange(text);
  assert.ok(parsed, text);
  return parsed;
};

const anyRange = fc
  .record({
    address: fc.nat({ max: 2 ** 16 - 1 }),
    prefix: fc.integer({ min: 18, max: 32 }),
  })
  .map(({ address, prefix }) => {
    const size = 2 ** (32 - prefix);
    const base = range(DEFAULT_POOL).base + address;
    return { base: base - (base % size), prefix };
  });

test('never overlaps taken ranges, and stays within the pool', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(anyRange, { maxLength: 12 }), (name, taken) => {
      const subnet = range(pickSubnet(name, DEFAULT_POOL, taken).cidr);
      assert.ok(taken.every((other) => !overlap(subnet, other)));
      assert.ok(overlap(subnet, range(DEFAULT_POOL)));
      assert.equal(subnet.prefix, 30);
    }),
  );
});

test('gives a name the same addresses each time', () => {
  assert.deepEqual(pickSubnet('demo', DEFAULT_POOL, []), pickSubnet('demo', DEFAULT_POOL, []));
});

test('hands out a whole pool before it reports that the pool is full', () => {
  const taken: Range[] = [];
  for (let index = 0; index < 4; index++) {
    taken.push(range(pickSubnet(`c${index}`, '10.9.0.0/28', taken).cidr));
  }
  assert.equal(new Set(taken.map(({ base }) => base)).size, 4);
  assert.throws(() => pickSubnet('one-more', '10.9.0.0/28', taken), { code: 'EMBEDDED_NO_SUBNET' });
});

test('the host has the first address and the capsule the second', () => {
  assert.deepEqual(pickSubnet('any', '10.9.0.4/30', []), {
    cidr: '10.9.0.4/30',
    hostAddress: '10.9.0.5',
    capsuleAddress: '10.9.0.6',
  });
});

for (const pool of ['', 'ten', '10.0.0.0/31', '10.0.0.0/33', '1.2.3.256/24', '0.0.0.0/0']) {
  test(`refuses '${pool}' as a pool`, () => {
    assert.throws(() => pickSubnet('demo', pool, []), { code: 'EMBEDDED_POOL_INVALID' });
  });
}

test('a range is recognised by any address in it', () => {
  assert.deepEqual(parseRange('10.1.2.3/24'), parseRange('10.1.2.0/24'));
  assert.equal(parseRange('default'), undefined);
});
