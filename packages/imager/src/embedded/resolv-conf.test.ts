import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachableServers } from './resolv-conf.ts';

test('counts only name servers that a capsule can reach', () => {
  const text = [
    '# made by a tool',
    'nameserver 127.0.0.53',
    'nameserver ::1',
    ' nameserver 192.0.2.53',
    'nameserver 2001:db8::53',
    'search example.org',
  ];
  assert.deepEqual(reachableServers(text.join('\n')), ['192.0.2.53', '2001:db8::53']);
});

test('an empty file names nobody', () => {
  assert.deepEqual(reachableServers(''), []);
});
