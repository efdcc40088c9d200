import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { chooseUplinkAddress } from './uplink-address.ts';

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';
const routeBy = (name: string, metric = 0) =>
  `${name}\t00000000\t0102A8C0\t0003\t0\t0\t${metric}\t00000000\t0\t0\t0`;
const at = (address: string, more: Partial<NetworkInterfaceInfo> = {}) =>
  [{ address, family: 'IPv4', internal: false, ...more }] as NetworkInterfaceInfo[];
const choose = (
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[]>>,
  routes: readonly string[] = [],
  bridge = 'br0',
) => chooseUplinkAddress({ interfaces, routes: [HEAD, ...routes, ''].join('\n'), bridge });

const LO = at('127.0.0.1', { internal: true });

test('an uplink may be named br0, or as a veth is', () => {
  for (const name of ['br0', 'bridge', 'veth1234', 've-capsule', 'eth0']) {
    const seen = { lo: LO, cap: at('172.20.254.1'), [name]: at('192.0.2.7') };
    assert.equal(choose(seen, [routeBy(name)], 'cap'), '192.0.2.7', name);
  }
});

test('of several default routes the one with the lowest metric counts', () => {
  const seen = { wlan0: at('192.0.2.8'), eth0: at('192.0.2.7') };
  assert.equal(choose(seen, [routeBy('wlan0', 600), routeBy('eth0', 100)]), '192.0.2.7');
});

test('without a default route the address is neither loopback nor that of the own bridge', () => {
  assert.equal(choose({ lo: LO, br0: at('172.20.254.1'), eth0: at('192.0.2.7') }), '192.0.2.7');
  assert.equal(choose({ lo: LO, br0: at('172.20.254.1') }), '');
  const ipv6 = at('2001:db8::1', { family: 'IPv6' } as Partial<NetworkInterfaceInfo>);
  assert.equal(choose({ lo: LO, eth0: ipv6 }, [routeBy('eth0')]), '');
});
