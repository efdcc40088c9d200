import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHostPort, type HostPort, hostAddressOf, portsClash } from './host-port.ts';

const port = (hostAddress = '', hostPort = 8080, protocol: 'tcp' | 'udp' = 'tcp'): HostPort => ({
  hostPort,
  protocol,
  ...hostAddressOf(hostAddress),
});

test('one port clashes on one address, and where one of the two has each address', () => {
  const clashing = [
    ['', ''],
    ['', '10.0.0.5'],
    ['0.0.0.0', '10.0.0.5'],
    ['10.0.0.5', '10.0.0.5'],
  ];
  for (const [one, other] of clashing) {
    assert.ok(portsClash(port(one), port(other)), `${one} ${other}`);
    assert.ok(portsClash(port(other), port(one)), `${other} ${one}`);
  }
  assert.ok(!portsClash(port('10.0.0.5'), port('127.0.0.1')));
});

test('other ports and other protocols never clash', () => {
  assert.ok(!portsClash(port(), port('', 8081)));
  assert.ok(!portsClash(port(), port('', 8080, 'udp')));
});

test('people are shown the address only where one is chosen', () => {
  assert.equal(describeHostPort(port('0.0.0.0')), '8080/tcp');
  assert.equal(describeHostPort(port('127.0.0.1')), '127.0.0.1:8080/tcp');
});
