import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planResolverFile } from './resolver-file.ts';

test('resolvers, search and options of the uplink are kept', () => {
  const uplink =
    '# from DHCP\nnameserver 192.0.2.53\nnameserver\t192.0.2.54 \nsearch lan home\noptions ndots:2 edns0\n';
  assert.equal(
    planResolverFile(uplink),
    'nameserver 192.0.2.53\nnameserver 192.0.2.54\nsearch lan home\noptions ndots:2 edns0\n',
  );
});

test('resolvers that a cell cannot reach are left out', () => {
  const uplink =
    'nameserver 127.0.0.53\nnameserver ::1\nnameserver fe80::1%eth0\nnameserver 10.0.0.1\n';
  assert.equal(planResolverFile(uplink), 'nameserver 10.0.0.1\n');
});

test('the file says so when no resolver is left', () => {
  for (const uplink of ['', 'nameserver 127.0.0.1\n', 'nameserver\n', '; nothing\n']) {
    assert.equal(
      planResolverFile(uplink),
      '# the capsule has no resolver that a cell could reach\n',
    );
  }
});
