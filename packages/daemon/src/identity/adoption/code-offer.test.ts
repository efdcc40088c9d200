import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { adoptionStatement, codeProofs, makeCodeHalf } from '@capsule/api/server';
import {
  CERTIFICATE_DIGEST,
  identityCase,
  makeKey,
  proofOf,
  type TestKey,
} from '../testing/identity-case.ts';

type World = ReturnType<typeof identityCase>;

interface Attempt {
  readonly key?: TestKey;
  readonly code: string;
  readonly certificateDigest?: Buffer;
  readonly name?: string;
}

/** A client that never sends the code. */
function prove({ adoption, challenges }: World, attempt: Attempt) {
  const { key = makeKey(), code, certificateDigest = CERTIFICATE_DIGEST, name = 'ann' } = attempt;
  const { nonce, offer } = challenges.open('10.0.0.1', (one) => adoption.offer(one));
  const capsule = offer?.half.share ?? assert.fail();
  const half = makeCodeHalf({ code, nonce, certificateDigest });
  const { publicKey } = key;
  const statement = adoptionStatement({ nonce, certificateDigest, publicKey, name });
  const proofs = codeProofs(half, { nonce, client: half.share, capsule }, statement);
  assert.ok(proofs !== undefined);
  const signature = proofOf(key, 'ann', nonce);
  const codeProof = proofs.client;
  const request = { publicKey, name: 'ann', code: '', nonce, signature, codeShare: half.share };
  return { request: { ...request, codeProof }, proofs };
}

test('a client proves the code, and so does the capsule', () => {
  const world = identityCase();
  const { request, proofs } = prove(world, { code: world.adoption.state().code });
  const { key, codeProof } = world.adoption.adopt(request);
  assert.equal(key.role, 'admin');
  assert.deepEqual(codeProof, proofs.capsule);
});

test('a wrong code, a proof for another certificate or statement, and a changed one are tries', () => {
  const world = identityCase();
  const { adoption } = world;
  const { code } = adoption.state();
  const good = () => prove(world, { code }).request;
  const relayed = createHash('sha256').update('the certificate of a machine between').digest();
  const wrong = [
    prove(world, { code: '2222-2222' }).request,
    prove(world, { code, certificateDigest: relayed }).request,
    prove(world, { code, name: 'eve' }).request,
    { ...good(), codeProof: Buffer.alloc(32) },
  ];
  for (const request of wrong) {
    assert.throws(() => adoption.adopt(request), { code: 'ADOPTION_CODE_WRONG' });
  }
  assert.throws(() => adoption.adopt({ ...good(), codeShare: Buffer.alloc(32) }), {
    code: 'ADOPTION_PAUSED',
  });
});

test('a half is good for one try, with a code that is shown still', () => {
  const world = identityCase();
  const { adoption, challenges } = world;
  const { code } = adoption.state();
  const { request } = prove(world, { code });
  assert.throws(() => adoption.adopt({ ...request, codeProof: Buffer.alloc(31) }), {
    code: 'ADOPTION_CODE_WRONG',
  });
  assert.throws(() => adoption.adopt(request), { code: 'AUTH_NONCE_UNKNOWN' });
  const { nonce } = challenges.open('10.0.0.1');
  const signature = proofOf(makeKey(), 'ann', nonce);
  assert.throws(() => adoption.adopt({ ...request, nonce, signature }), {
    code: 'ADOPTION_PROOF_INVALID',
  });
  const early = prove(world, { code }).request;
  adoption.adopt(prove(world, { code }).request);
  adoption.open(60_000, false);
  assert.throws(() => adoption.adopt(early), { code: 'AUTH_NONCE_UNKNOWN' });
});

test('wrong codes end the offers, too', () => {
  const world = identityCase();
  for (let n = 0; n < 5; n += 1) {
    assert.throws(() => world.adoption.adopt(prove(world, { code: '2222-2222' }).request));
  }
  assert.throws(() => world.adoption.offer(Buffer.alloc(32)), { code: 'ADOPTION_PAUSED' });
});

test('a capsule with an owner offers no half', () => {
  const world = identityCase();
  const { adoption } = world;
  adoption.adopt(prove(world, { code: adoption.state().code }).request);
  assert.throws(() => adoption.offer(Buffer.alloc(32)), { code: 'ADOPTION_CLOSED' });
});
