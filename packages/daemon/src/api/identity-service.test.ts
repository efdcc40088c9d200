import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { adoptionStatement, codeProofs, makeCodeHalf } from '@capsule/api/server';
import { AdoptRequestSchema, ChallengeRequestSchema, IdentityService } from '@capsule/api/wire';
import { createContextValues, type HandlerContext } from '@connectrpc/connect';
import { AuditLog } from '../audit/log.ts';
import type { Caller } from '../identity/caller.ts';
import {
  CAPSULE_ID,
  CERTIFICATE_DIGEST,
  identityCase,
  makeKey,
  proofOf,
} from '../identity/testing/identity-case.ts';
import { callerKey } from './access/caller-key.ts';
import { createRecorder } from './access/recorder.ts';
import { identityService } from './identity-service.ts';

const EVE: Caller = { kind: 'unknown', from: '10.0.0.9' };

test('an adoption is recorded with its key, also in a flood of refused calls', async () => {
  const world = identityCase();
  const { keys, adoption, challenges, clock, db } = world;
  const audit = new AuditLog(db);
  const now = () => clock.now;
  const record = createRecorder({ audit, now, monotonicMs: () => clock.monotonic });
  const fingerprint = CERTIFICATE_DIGEST.toString('hex');
  const parts = { capsuleId: CAPSULE_ID, fingerprint, keys, adoption, challenges, now };
  const method = IdentityService.method.adopt;
  const service = identityService(parts);
  const key = makeKey();
  const adopt = async () => {
    const { nonce } = challenges.open('eve');
    const values = createContextValues().set(callerKey, EVE);
    const request = create(AdoptRequestSchema, {
      pubkey: Uint8Array.from(key.publicKey),
      name: 'eve',
      claimCode: adoption.state().code,
      nonce: Uint8Array.from(nonce),
      signature: Uint8Array.from(proofOf(key, 'eve', nonce)),
    });
    await service.adopt?.(request, { values } as HandlerContext);
    record({ caller: values.get(callerKey), method, object: 'eve' }, 'ok');
  };
  for (let n = 0; n < 40; n += 1) record({ caller: EVE, method, object: '' }, 'ADOPTION_PAUSED');
  await adopt();
  const [who, last] = [audit.read(0, 100).at(-1), audit.lastSequence()];
  assert.deepEqual(
    [who?.who, who?.kid, who?.origin, who?.result],
    ['eve', key.kid, EVE.from, 'ok'],
  );
  // A client that asks again changes nothing, and may ask a thousand times.
  await adopt();
  assert.equal(audit.lastSequence(), last);
});

test('over the API, client and capsule prove the code to each other, and it is not sent', async () => {
  const { keys, adoption, challenges, clock } = identityCase();
  const fingerprint = CERTIFICATE_DIGEST.toString('hex');
  const parts = { capsuleId: CAPSULE_ID, fingerprint, keys, adoption, challenges };
  const service = identityService({ ...parts, now: () => clock.now });
  const context = { values: createContextValues().set(callerKey, EVE) } as HandlerContext;
  const forAdoption = create(ChallengeRequestSchema, { forAdoption: true });
  const challenge = await service.challenge?.(forAdoption, context);
  const { nonce = new Uint8Array(), codeShare: capsule = new Uint8Array() } = challenge ?? {};
  const key = makeKey();
  const exchange = { nonce, certificateDigest: CERTIFICATE_DIGEST };
  const half = makeCodeHalf({ ...exchange, code: adoption.state().code });
  const statement = adoptionStatement({ ...exchange, publicKey: key.publicKey, name: 'ann' });
  const proofs = codeProofs(half, { nonce, client: half.share, capsule }, statement);
  const request = create(AdoptRequestSchema, {
    pubkey: Uint8Array.from(key.publicKey),
    name: 'ann',
    nonce,
    signature: Uint8Array.from(proofOf(key, 'ann', nonce)),
    codeShare: Uint8Array.from(half.share),
    codeProof: Uint8Array.from(proofs?.client ?? []),
  });
  const answer = await service.adopt?.(request, context);
  assert.equal(answer?.kid, key.kid);
  assert.deepEqual(Buffer.from(answer?.codeProof ?? []), proofs?.capsule);
});
