import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishedPort } from '@capsule/core';
import fc from 'fast-check';
import { planRuleset } from './ruleset.ts';

const web: PublishedPort = {
  protocol: 'tcp',
  hostPort: 8080,
  containerPort: 80,
  address: '172.20.254.2',
};

function plan(ports: readonly PublishedPort[], closedTcpPorts: readonly number[] = [50000]) {
  return planRuleset({ spaces: [MAIN, PROD], ports, closedTcpPorts });
}

const MAIN = { bridge: 'br0', cidr: '172.20.254.0/24', gateway: '172.20.254.1' };
const PROD = { bridge: 'kb0123456789', cidr: '10.88.0.0/24', gateway: '10.88.0.1' };

function zone(port: PublishedPort): string | undefined {
  return new RegExp(`^ +${port.hostPort} : (\\d+),$`, 'm').exec(plan([port]))?.[1];
}

test('the table is replaced in one transaction', () => {
  const lines = plan([web]).split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    'table inet capsule',
    'delete table inet capsule',
    'table inet capsule {',
  ]);
});

test('without ports and spaces there is no empty element list, which nft refuses', () => {
  assert.doesNotMatch(planRuleset({ spaces: [], ports: [], closedTcpPorts: [] }), /elements/);
});

test('the same spaces in another order give the same ruleset', () => {
  const planned = (spaces: readonly (typeof MAIN)[]) =>
    planRuleset({ spaces, ports: [web], closedTcpPorts: [] });
  assert.equal(planned([MAIN, PROD]), planned([PROD, MAIN]));
  assert.notEqual(planned([MAIN, PROD]), planned([MAIN]));
});

test('a published port is one element, by protocol and port', () => {
  const dns: PublishedPort = { ...web, protocol: 'udp', hostPort: 53, containerPort: 5353 };
  assert.match(plan([web, dns]), /tcp \. 8080 : 172\.20\.254\.2 \. 80,/);
  assert.match(plan([web, dns]), /udp \. 53 : 172\.20\.254\.2 \. 5353,/);
});

test('the same ports in another order give the same ruleset', () => {
  const other = { ...web, hostPort: 443 };
  assert.equal(plan([web, other]), plan([other, web]));
});

test('only UDP ports have a zone, and it changes with the target', () => {
  const dns: PublishedPort = { ...web, protocol: 'udp', hostPort: 53 };
  assert.equal(zone(web), undefined);
  assert.match(zone(dns) ?? '', /^\d+$/);
  assert.equal(zone({ ...dns, hostPort: 54 }), zone(dns));
  assert.notEqual(zone({ ...dns, address: '172.20.254.3' }), zone(dns));
  assert.notEqual(zone({ ...dns, containerPort: 81 }), zone(dns));
});

test('a zone fits into 16 bits and is never the default one', () => {
  const address = fc.ipV4();
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65535 }), (ip, containerPort) => {
      const value = Number(zone({ protocol: 'udp', hostPort: 53, containerPort, address: ip }));
      assert.ok(value >= 1 && value <= 65535);
    }),
  );
});

test('cells cannot reach closed ports, and without closed ports there is no rule', () => {
  assert.match(plan([], [50000, 22]), /iifname @bridges tcp dport \{ 50000, 22 \} reject/);
  assert.doesNotMatch(plan([], []), /reject with tcp/);
});

test('a port that is published twice is refused, unless the protocols differ', () => {
  const twice = () => plan([web, { ...web, address: '172.20.254.3' }]);
  assert.throws(twice, { code: 'NETWORK_PORT_CONFLICT' });
  plan([web, { ...web, protocol: 'udp' }]);
});

test('a port on one address is an element of another map, and its UDP zone, too', () => {
  const dns: PublishedPort = { ...web, protocol: 'udp', hostPort: 53, hostAddress: '127.0.0.1' };
  const planned = plan([{ ...web, hostAddress: '10.0.0.5' }, dns]);
  assert.match(planned, /10\.0\.0\.5 \. tcp \. 8080 : 172\.20\.254\.2 \. 80,/);
  assert.match(planned, /127\.0\.0\.1 \. 53 : \d+,/);
  assert.doesNotMatch(planned, /^ +tcp \. 8080/m);
});

test('one port on two addresses is no clash, and on each address it is', () => {
  const near = { ...web, hostAddress: '127.0.0.1' };
  plan([near, { ...web, hostAddress: '10.0.0.5' }]);
  assert.throws(() => plan([near, web]), { code: 'NETWORK_PORT_CONFLICT' });
  assert.throws(() => plan([near, { ...near, containerPort: 81 }]), {
    code: 'NETWORK_PORT_CONFLICT',
  });
});

test('invalid ports and addresses never reach nft', () => {
  for (const port of [0, -1, 65536, 1.5, Number.NaN]) {
    assert.throws(() => plan([{ ...web, hostPort: port }]), { code: 'NETWORK_PORT_INVALID' });
    assert.throws(() => plan([{ ...web, containerPort: port }]), { code: 'NETWORK_PORT_INVALID' });
  }
  for (const address of ['', 'web', '::1', '1.2.3', '1.2.3.4 . 80 }; flush ruleset']) {
    assert.throws(() => plan([{ ...web, hostAddress: address }]), { kind: 'invalid' });
    assert.throws(() => plan([{ ...web, address }]), { kind: 'invalid' });
  }
});

test('port 53 of the bridge belongs to the responder, even if a workload publishes it', () => {
  const lines = plan([{ ...web, hostPort: 53 }]).split('\n');
  const chain = lines.slice(lines.findIndex((line) => line.includes('chain arriving')));
  const responder = chain.findIndex((line) => line.includes('jump to_responder'));
  const cell = chain.findIndex((line) => line.includes('jump to_cell'));
  assert.ok(responder !== -1 && responder < cell);
  assert.match(lines.join('\n'), /172\.20\.254\.1 : 172\.20\.254\.1 \. 20053/);
});
