import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangesOfLinks, rangesOfRoutes } from './used-ranges.ts';

test('destinations, gateways and sources of routes are in use, default routes are not', () => {
  const ranges = rangesOfRoutes([
    { dst: 'default', gateway: '192.0.2.1' },
    { dst: '0.0.0.0/1', gateway: '10.8.0.1' },
    { dst: '128.0.0.0/1' },
    { dst: '10.0.0.0/8' },
    { dst: '10.88.3.0/24', prefsrc: '10.88.3.7' },
    { dst: '198.51.100.9', nexthops: [{ gateway: '10.88.4.1' }, {}] },
  ]);
  assert.deepEqual(
    ranges.map(({ range }) => range),
    [
      ...['192.0.2.1', '10.8.0.1', '10.0.0.0/8'],
      ...['10.88.3.0/24', '10.88.3.7', '198.51.100.9', '10.88.4.1'],
    ],
  );
});

test('the networks of all interfaces are in use, also of ones that are down, and those of peers', () => {
  const ranges = rangesOfLinks([
    { addr_info: [{ family: 'inet', local: '10.88.9.2', prefixlen: 24 }] },
    { addr_info: [{ family: 'inet', local: '10.1.0.1', address: '10.1.0.2', prefixlen: 32 }] },
    { addr_info: [{ family: 'inet6', local: 'fe80::1', prefixlen: 64 }] },
    {},
  ]);
  assert.deepEqual(
    ranges.map(({ range }) => range),
    ['10.88.9.2/24', '10.1.0.1/32', '10.1.0.2/32'],
  );
});
