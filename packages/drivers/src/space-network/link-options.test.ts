import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutIpv6 } from './link-options.ts';

test('a kernel without IPv6 gets no option about its addresses', () => {
  assert.equal(withoutIpv6(true), 'addrgenmode none');
  assert.equal(withoutIpv6(false), '');
});
