import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppingForwardChains, firewallRules } from './host-firewall.ts';
import { hostNames } from './host-names.ts';
import { pickSubnet } from './subnet.ts';

test('finds the chains that drop forwarded packets by default', () => {
  const chain = (facts: object) => ({ chain: { family: 'ip', table: 'filter', ...facts } });
  const listed = {
    nftables: [
      { metainfo: { version: '1.0.6' } },
      chain({ name: 'FORWARD', hook: 'forward', policy: 'drop' }),
      chain({ name: 'INPUT', hook: 'input', policy: 'drop' }),
      chain({ name: 'other', hook: 'forward', policy: 'accept' }),
      chain({ name: 'DOCKER' }),
    ],
  };
  assert.deepEqual(droppingForwardChains(JSON.stringify(listed)), ['ip filter FORWARD']);
});

test('masquerades what leaves the capsule and not what stays on its wire', () => {
  const rules = firewallRules(hostNames('demo'), pickSubnet('demo', '10.9.0.4/30', []));
  assert.match(rules, /ip saddr 10\.9\.0\.4\/30 oifname != "cap-demo" masquerade/);
});
