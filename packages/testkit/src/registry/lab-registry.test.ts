import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorToml } from './lab-registry.ts';
import { registryConfig } from './registry-config.ts';

test('a mirror is also the last host of the list, so that no pull reaches the real registry', () => {
  const toml = mirrorToml('http://127.0.0.1:5000');
  assert.match(toml, /^server = "http:\/\/127\.0\.0\.1:5000"$/m);
  assert.match(toml, /^\[host\."http:\/\/127\.0\.0\.1:5000"\]$/m);
});

test('the registry listens only on loopback, and can be made read-only', () => {
  const config = registryConfig({ storage: '/a b', port: 5001, readOnly: true });
  assert.match(config, /addr: 127\.0\.0\.1:5001/);
  assert.match(config, /rootdirectory: "\/a b"/);
  assert.match(config, /readonly:\n\s+enabled: true/);
});
