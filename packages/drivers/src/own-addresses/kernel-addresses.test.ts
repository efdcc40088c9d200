import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelAddresses } from './kernel-addresses.ts';

test('each address of the loopback is its own, and that of a documentation network is not', () => {
  const own = new KernelAddresses();
  assert.ok(own.has('127.0.0.1'));
  assert.ok(own.has('127.5.5.5'));
  assert.ok(!own.has('203.0.113.7'));
  assert.ok(!own.has('127.0.0'));
});
