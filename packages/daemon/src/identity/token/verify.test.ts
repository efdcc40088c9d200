import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LOCAL_CALLER } from '../caller.ts';
import { CERTIFICATE_DIGEST, identityCase, makeKey, tokenOf } from '../testing/identity-case.ts';

const OPERATOR = { name: 'laptop', role: 'operator', hasHostAccess: false } as const;

function enrolled() {
  const world = identityCase();
  const key = makeKey();
  world.keys.add({ ...OPERATOR, publicKey: key.publicKey }, LOCAL_CALLER);
  return { ...world, key, accept: world.verifier() };
}

test('a token of an enrolled key is good once, also after a restart', () => {
  const { key, accept, verifier } = enrolled();
  const token = tokenOf(key);
  assert.equal(accept.accept(token).name, 'laptop');
  assert.throws(() => accept.accept(token), { code: 'AUTH_TOKEN_REPLAYED' });
  assert.throws(() => verifier().accept(token), { code: 'AUTH_TOKEN_REPLAYED' });
});

const NOW = Math.floor(Date.now() / 1000);
const REFUSED: readonly (readonly [what: string, code: string, claims: object, head?: object])[] = [
  ['of another audience', 'AUTH_TOKEN_FOREIGN', { aud: 'a'.repeat(26) }],
  ['for another certificate', 'AUTH_TOKEN_FOREIGN', { pin: '0'.repeat(64) }],
  ['with a pin of another form', 'AUTH_TOKEN_MALFORMED', { pin: 7 }],
  ['of several audiences', 'AUTH_TOKEN_MALFORMED', { aud: ['a', 'b'] }],
  ['that has expired', 'AUTH_TOKEN_EXPIRED', { iat: NOW - 200, exp: NOW - 100 }],
  ['from the future', 'AUTH_TOKEN_EARLY', { iat: NOW + 100, exp: NOW + 160 }],
  ['that is not valid before the future', 'AUTH_TOKEN_EARLY', { nbf: NOW + 100 }],
  ['with a long life', 'AUTH_TOKEN_TOO_LONG', { iat: NOW, exp: NOW + 301 }],
  ['that expires before it is issued', 'AUTH_TOKEN_MALFORMED', { iat: NOW, exp: NOW }],
  ['without an id', 'AUTH_TOKEN_MALFORMED', { jti: undefined }],
  ['without a time', 'AUTH_TOKEN_MALFORMED', { exp: undefined }],
  ['with a time that is no number', 'AUTH_TOKEN_MALFORMED', { exp: `${NOW + 60}` }],
  ['of another subject', 'AUTH_TOKEN_MALFORMED', { sub: 'x'.repeat(43) }],
  ['without a signature algorithm', 'AUTH_TOKEN_MALFORMED', {}, { alg: 'none' }],
  ['of a weaker algorithm', 'AUTH_TOKEN_MALFORMED', {}, { alg: 'HS256' }],
  ['with critical extensions', 'AUTH_TOKEN_MALFORMED', {}, { crit: ['b64'] }],
  ['with an unknown nonce', 'AUTH_NONCE_UNKNOWN', { nonce: 'x'.repeat(43) }],
];

for (const [what, code, claims, head] of REFUSED) {
  test(`a token ${what} is refused`, () => {
    const { key, accept, clock } = enrolled();
    // Among other files in one process, a test runs minutes after the import.
    clock.now = NOW * 1000;
    assert.throws(
      () => accept.accept(tokenOf(key, { iat: NOW, exp: NOW + 60, ...claims }, { ...head })),
      { code },
    );
  });
}

test('a token for the certificate of the capsule is accepted', () => {
  const { key, accept } = enrolled();
  const pin = CERTIFICATE_DIGEST.toString('hex');
  assert.equal(accept.accept(tokenOf(key, { pin })).kid, key.kid);
});

test('a token of libraries that write one audience as a list, or fractions of seconds, is accepted', () => {
  const { key, accept } = enrolled();
  const iat = Date.now() / 1000;
  const claims = { aud: ['abcdefghijklmnopqrstuvwx23'], iat, exp: iat + 60.5 };
  assert.equal(accept.accept(tokenOf(key, claims)).kid, key.kid);
});

test('a token that another key signed is refused, and one of a key that was removed', () => {
  const { key, accept, keys } = enrolled();
  const forged = tokenOf(makeKey(), { sub: key.kid }, { kid: key.kid });
  assert.throws(() => accept.accept(forged), { code: 'AUTH_SIGNATURE_INVALID' });
  const token = tokenOf(key);
  keys.remove(key.kid);
  assert.throws(() => accept.accept(token), { code: 'AUTH_KEY_UNKNOWN' });
});

test('a nonce stands in for the time, once, and for a minute', () => {
  const { key, accept, challenges, clock } = enrolled();
  const wrong = { iat: 100, exp: 160 };
  const nonce = challenges.open('10.0.0.1').nonce.toString('base64url');
  assert.equal(accept.accept(tokenOf(key, { ...wrong, nonce })).kid, key.kid);
  assert.throws(() => accept.accept(tokenOf(key, { ...wrong, nonce })), {
    code: 'AUTH_NONCE_UNKNOWN',
  });
  const late = challenges.open('10.0.0.1').nonce.toString('base64url');
  clock.monotonic += 60_000;
  assert.throws(() => accept.accept(tokenOf(key, { nonce: late })), { code: 'AUTH_NONCE_UNKNOWN' });
});

test('a token of another key does not spend a nonce', () => {
  const { key, accept, challenges } = enrolled();
  const nonce = challenges.open('10.0.0.1').nonce.toString('base64url');
  const forged = tokenOf(makeKey(), { sub: key.kid, nonce }, { kid: key.kid });
  assert.throws(() => accept.accept(forged), { code: 'AUTH_SIGNATURE_INVALID' });
  assert.equal(accept.accept(tokenOf(key, { nonce })).kid, key.kid);
});

test('a token whose use a power cut has taken is refused, and a nonce still works', () => {
  const { key, verifier, clock, db, challenges } = enrolled();
  const used = tokenOf(key);
  verifier('first boot').accept(used);
  db.run('DELETE FROM spent_token');
  assert.throws(() => verifier('second boot').accept(used), { code: 'AUTH_TOKEN_EXPIRED' });
  assert.throws(() => verifier('second boot').accept(used), { code: 'AUTH_TOKEN_EXPIRED' });
  const nonce = challenges.open('10.0.0.1').nonce.toString('base64url');
  assert.equal(verifier('second boot').accept(tokenOf(key, { nonce })).kid, key.kid);
  clock.now += 61_000;
  const iat = Math.floor(clock.now / 1000);
  const later = tokenOf(key, { iat, exp: iat + 60 });
  assert.equal(verifier('second boot').accept(later).kid, key.kid);
  assert.throws(() => verifier('second boot').accept(later), { code: 'AUTH_TOKEN_REPLAYED' });
});

test('a clock that was far ahead leaves no time in which tokens are refused', () => {
  const { key, verifier, clock } = enrolled();
  const right = clock.now;
  const at = (now: number) => {
    clock.now = now;
    const iat = Math.floor(now / 1000);
    return tokenOf(key, { iat, exp: iat + 60 });
  };
  const first = verifier('first boot');
  first.accept(at(right + 1e12));
  const used = at(right);
  first.accept(used);
  assert.throws(() => verifier('second boot').accept(used), { code: 'AUTH_TOKEN_EXPIRED' });
  assert.equal(verifier('second boot').accept(at(right + 61_000)).kid, key.kid);
});

test('a clock that goes back does not make a forgotten token good again', () => {
  const { key, accept, clock, db } = enrolled();
  const start = clock.now;
  const token = tokenOf(key);
  accept.accept(token);
  clock.now = start + 3_600_000;
  const later = Math.floor(clock.now / 1000);
  accept.accept(tokenOf(key, { iat: later, exp: later + 60 }));
  assert.equal(db.all('SELECT * FROM spent_token').length, 1, 'the first one is forgotten');
  clock.now = start;
  assert.throws(() => accept.accept(token), { code: 'AUTH_TOKEN_EXPIRED' });
});

test('no change of a token is accepted', () => {
  const { key, accept } = enrolled();
  const token = tokenOf(key);
  const at = fc.integer({ min: 'Bearer '.length, max: token.length - 1 });
  const piece = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(at, fc.nat(3), piece, (from, cut, put) => {
      const changed = token.slice(0, from) + put + token.slice(from + cut);
      if (changed === token) return;
      assert.throws(() => accept.accept(changed), { kind: 'unauthenticated' });
    }),
    { numRuns: 300 },
  );
  assert.equal(accept.accept(token).kid, key.kid);
});

test('any text is refused as a token, and nothing else fails', () => {
  const { accept } = enrolled();
  const text = fc.oneof(fc.string({ maxLength: 300 }), fc.base64String({ maxLength: 400 }));
  const parts = fc.tuple(fc.json(), fc.json(), fc.uint8Array({ minLength: 64, maxLength: 64 }));
  const shaped = parts.map(([head, body, signature]) =>
    [Buffer.from(head), Buffer.from(body), Buffer.from(signature)]
      .map((part) => part.toString('base64url'))
      .join('.'),
  );
  fc.assert(
    fc.property(fc.oneof(text, shaped), (token) => {
      assert.throws(() => accept.accept(`Bearer ${token}`), { kind: 'unauthenticated' });
    }),
    { numRuns: 500 },
  );
});
