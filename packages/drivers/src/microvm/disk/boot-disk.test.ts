import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packBootDisk } from './boot-disk.ts';

const CONFIG = {
  token: 'ab'.repeat(32),
  hostname: 'web',
  network: { address: '172.20.254.5', prefix: 24, gateway: '172.20.254.1', mtu: 1500 },
  unixNanos: '1',
  generation: 1,
};

test('a boot disk is whole sectors of a magic line, JSON, and zeros', () => {
  const disk = packBootDisk(CONFIG);
  assert.equal(disk.length % 512, 0);
  const end = disk.indexOf(0);
  const [first = '', rest = ''] = disk.toString('utf8', 0, end).split('\n', 2);
  assert.equal(first, 'capsule-boot 1');
  assert.deepEqual(JSON.parse(rest), CONFIG);
  assert.ok(disk.subarray(end).every((byte) => byte === 0));
});
