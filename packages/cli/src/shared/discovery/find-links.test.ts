import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { findLinks } from './find-links.ts';

const info = { netmask: '', mac: '', internal: false, cidr: null } as const;
const ipv4 = (address: string): NetworkInterfaceInfo => ({ ...info, family: 'IPv4', address });
const ipv6 = (address: string): NetworkInterfaceInfo => ({
  ...info,
  family: 'IPv6',
  address,
  scopeid: 2,
});

test('links are searched over IPv4, and over IPv6 where there is nothing else', () => {
  const links = findLinks({
    lo: [{ ...ipv4('127.0.0.1'), internal: true }],
    eth0: [ipv6('fe80::1'), ipv4('192.0.2.7')],
    eth1: [ipv6('fe80::2')],
    eth2: [],
  });
  assert.deepEqual(links, [
    { family: 'IPv4', name: '192.0.2.7' },
    { family: 'IPv6', name: '::%eth1' },
  ]);
});
