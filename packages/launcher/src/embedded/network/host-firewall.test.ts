import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNames } from '../claim/host-names.ts';
import { pickSubnet } from '../claim/subnet.ts';
import { firewallRules } from './host-firewall.ts';

test('masquerades packets that leave the capsule, and none that stay on its link', () => {
  const rules = firewallRules(hostNames('demo'), pickSubnet('demo', '10.9.0.4/30', []));
  assert.match(rules, /ip saddr 10\.9\.0\.4\/30 oifname != "cap-demo" masquerade/);
});
