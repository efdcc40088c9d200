import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RangeUse } from '@capsule/core';
import { rangeProblems } from './range-problems.ts';

const BRIDGE = { bridge: 'br0', bridgeCidr: '172.20.254.0/24' };
const address = (range: string, device = 'eth0'): RangeUse => ({ range, use: 'address', device });
const found = (...uses: RangeUse[]) => rangeProblems(BRIDGE, uses).map(({ message }) => message);

test('a network that meets the bridge is named once, in either direction', () => {
  assert.deepEqual(found(address('172.20.254.17/24'), address('172.20.0.0/16')), [
    'the range 172.20.254.0/24 of the bridge meets the address 172.20.254.17/24 of eth0',
  ]);
  assert.equal(found({ range: '172.20.254.1', use: 'resolver' }).length, 1);
});

test('the bridge itself and other networks are no problem', () => {
  assert.deepEqual(found(address('172.20.254.1/24', 'br0'), address('10.0.2.15/24')), []);
  assert.deepEqual(found({ range: 'fe80::1', use: 'gateway', device: 'eth0' }), []);
});
