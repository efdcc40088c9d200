import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridgeCidr } from '../host/look-at-host.ts';
import { noexecMountOf } from '../host/look-at-state.ts';
import { freeRange, overlapping } from './network-overlap.ts';

const used = (...cidrs: readonly string[]) => cidrs.map((cidr) => ({ cidr, by: 'lan' }));
const found = (cidr: string, ...others: readonly string[]) =>
  overlapping(cidr, used(...others)).map((range) => range.cidr);

test('a network within, around or equal to that of the workloads overlaps it', () => {
  for (const other of ['172.20.254.0/24', '172.20.254.77', '172.20.0.0/16', '172.20.254.128/25']) {
    assert.deepEqual(found('172.20.254.0/24', other), [other]);
  }
});

test('a neighbour, a default route, its halves and a malformed range do not overlap', () => {
  const others = ['172.20.253.0/24', '0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', 'default', ''];
  assert.deepEqual(found('172.20.254.0/24', ...others), []);
});

test('the proposed range is free', () => {
  assert.equal(freeRange(used('172.20.0.0/16', '10.0.0.0/8')), '192.168.254.0/24');
});

test('the range of the workloads comes from the configuration, or is the default', () => {
  assert.equal(bridgeCidr('{"bridge":{"cidr":"10.88.0.0/24"}}'), '10.88.0.0/24');
  for (const text of ['{}', '', '{', 'null', '7', '{"bridge":{"cidr":7}}', '{"bridge":null}']) {
    assert.equal(bridgeCidr(text), '172.20.254.0/24', text);
  }
});

test('the noexec mount of a folder is found, however deep the folder is', () => {
  const mounts = [
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
    '23 22 8:2 / /var rw,noexec,nosuid - ext4 /dev/sda2 rw',
    '24 23 8:3 / /var/lib/capsule rw - ext4 /dev/sda3 rw',
    '25 22 0:5 / /tmp rw - tmpfs tmpfs rw',
    '26 22 0:6 / /tmp rw,noexec - tmpfs tmpfs rw',
    '27 22 0:7 / /with\\040blank rw,noexec - tmpfs tmpfs rw',
    '',
  ].join('\n');
  const mountOf = (folder: string) => noexecMountOf(folder, mounts);
  assert.equal(mountOf('/home/perm'), undefined);
  assert.equal(mountOf('/var/other/perm'), '/var');
  assert.equal(mountOf('/variable/perm'), undefined);
  assert.equal(mountOf('/var/lib/capsule/demo/perm'), undefined);
  assert.equal(mountOf('/tmp/lab/perm'), '/tmp');
  assert.equal(mountOf('/with blank/perm'), '/with blank');
});
