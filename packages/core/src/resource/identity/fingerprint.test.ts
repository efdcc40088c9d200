import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capsuleLink, fingerprintRows } from './fingerprint.ts';

test('a fingerprint has four rows of eight bytes', () => {
  const rows = fingerprintRows('0123456789abcdef'.repeat(4));
  assert.deepEqual(
    rows,
    Array.from({ length: 4 }, () => '01 23 45 67 89 ab cd ef'),
  );
  assert.deepEqual(fingerprintRows(''), []);
});

test('a link has the address and the fingerprint', () => {
  assert.equal(capsuleLink('192.0.2.7:50000', 'ab'), 'capsule://192.0.2.7:50000?sha256=ab');
});
