import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localRanges, parseLocalRanges } from './local-addresses.ts';

test('the ranges of this machine hold its loopback', () => {
  assert.ok(localRanges().some((range) => range.startsWith('127.0.0.')));
});

test('routes to others and broadcasts are no own addresses', () => {
  const text = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 link UNICAST
              /32 host LOCAL
Local:
  +-- 0.0.0.0/0 3 0 5
           |-- 192.0.2.2
              /32 host LOCAL
`;
  assert.deepEqual(parseLocalRanges(text), ['127.0.0.0/8', '127.0.0.1/32', '192.0.2.2/32']);
});
