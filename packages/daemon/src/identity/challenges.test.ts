import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Challenges } from './challenges.ts';

test('one address cannot take the nonces of the others, and old ones make room', () => {
  const clock = { ms: 0 };
  const challenges = new Challenges(() => clock.ms);
  for (let n = 0; n < 16; n += 1) challenges.open('10.0.0.1');
  assert.throws(() => challenges.open('10.0.0.1'), { code: 'AUTH_NONCES_TAKEN' });
  const nonce = challenges.open('10.0.0.2').nonce.toString('base64url');
  challenges.spend(nonce);
  assert.throws(() => challenges.spend(nonce), { code: 'AUTH_NONCE_UNKNOWN' });
  clock.ms = 60_000;
  challenges.open('10.0.0.1');
});
