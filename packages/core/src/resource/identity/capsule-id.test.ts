import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { capsuleIdFrom, isCapsuleId, shortIdOf } from './capsule-id.ts';

test('16 bytes are 26 characters of base32 in lower case', () => {
  assert.equal(capsuleIdFrom(new Uint8Array(16)), 'a'.repeat(26));
  assert.equal(capsuleIdFrom(new Uint8Array(16).fill(0xff)), `${'7'.repeat(25)}4`);
  // RFC 4648: "f" is "my" and "fooba" is "mzxw6ytb".
  const fooba = Buffer.concat([Buffer.from('fooba'), Buffer.alloc(11)]);
  assert.equal(shortIdOf(capsuleIdFrom(fooba)), 'mzxw6ytb');
});

test('different bytes are different identities', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      assert.ok(isCapsuleId(capsuleIdFrom(one)));
      const isSame = Buffer.from(one).equals(Buffer.from(other));
      assert.equal(capsuleIdFrom(one) === capsuleIdFrom(other), isSame);
    }),
  );
});
