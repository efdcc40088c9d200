import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSubnet } from './subnet.ts';

test('the first address is the gateway, and host bits are cleared', () => {
  const { cidr, prefix, gateway } = parseSubnet('172.20.254.77/24');
  assert.deepEqual(
    { cidr, prefix, gateway },
    {
      cidr: '172.20.254.0/24',
      prefix: 24,
      gateway: '172.20.254.1',
    },
  );
  assert.equal(parseSubnet('10.0.3.0/22').cidr, '10.0.0.0/22');
});

test('a cell may have any address but the network, the gateway and the broadcast', () => {
  const { holds } = parseSubnet('10.1.2.0/30');
  const held = ['10.1.1.255', '10.1.2.0', '10.1.2.1', '10.1.2.2', '10.1.2.3', '10.1.2.4'].filter(
    holds,
  );
  assert.deepEqual(held, ['10.1.2.2']);
  assert.equal(holds('::1'), false);
  assert.equal(holds('10.1.2.02'), false);
});

test('a text that is no IPv4 subnet of a usable size is refused', () => {
  for (const text of [
    '',
    '10.0.0.0',
    '10.0.0.0/31',
    '10.0.0.0/7',
    '10.0.0/24',
    '::/64',
    '1.2.3.4/ 9',
  ]) {
    assert.throws(() => parseSubnet(text), { code: 'NETWORK_CIDR_INVALID' }, text);
  }
});
