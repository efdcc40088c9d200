import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LOCAL_CALLER } from '../caller.ts';
import { identityCase, makeKey, proofOf, type TestKey } from '../testing/identity-case.ts';

type World = ReturnType<typeof identityCase>;

const NONE = new Uint8Array();
const NO_PROOF = { codeShare: NONE, codeProof: NONE };

function request({ challenges }: World, key: TestKey, code: string, name = 'laptop') {
  const { nonce } = challenges.open('10.0.0.1');
  const signature = proofOf(key, name, nonce);
  return { ...NO_PROOF, publicKey: key.publicKey, name, code, nonce, signature };
}

function oldRequest(key: TestKey) {
  return {
    ...NO_PROOF,
    publicKey: key.publicKey,
    name: 'old',
    code: '',
    nonce: NONE,
    signature: NONE,
  };
}

test('the first client with the code becomes an admin with host access, and the window closes', () => {
  const world = identityCase();
  const { adoption } = world;
  const { code } = adoption.state();
  assert.match(code, /^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  const key = makeKey();
  const { kid, role, hasHostAccess } = adoption.adopt(request(world, key, code)).key;
  assert.deepEqual([kid, role, hasHostAccess], [key.kid, 'admin', true]);
  assert.deepEqual(adoption.state(), {
    isOpen: false,
    code: '',
    closesInMs: undefined,
    changesInMs: undefined,
    isOwned: true,
    acceptsOldClients: false,
  });
  assert.throws(() => adoption.adopt(request(world, makeKey(), code)), {
    code: 'ADOPTION_CLOSED',
    message: /adoption window closed/,
  });
});

test('an enrolled key gets its answer again, whatever else it sends', () => {
  const world = identityCase();
  const key = makeKey();
  const first = world.adoption.adopt(request(world, key, world.adoption.state().code)).key;
  const again = world.adoption.adopt(oldRequest(key)).key;
  assert.deepEqual([again.kid, again.role], [first.kid, first.role]);
});

test('after five wrong tries a code is no longer valid, and the next one comes after a minute', () => {
  const world = identityCase();
  const { adoption, clock } = world;
  const first = adoption.state().code;
  const attempt = (code: string) => () => adoption.adopt(request(world, makeKey(), code));
  for (const left of [4, 3, 2, 1]) {
    assert.throws(attempt('2222-2222'), {
      code: 'ADOPTION_CODE_WRONG',
      message: new RegExp(`${left} more`),
    });
  }
  assert.throws(attempt('2222-2222'), { code: 'ADOPTION_PAUSED' });
  assert.equal(adoption.state().code, '');
  assert.throws(attempt(first), { code: 'ADOPTION_PAUSED' });
  clock.monotonic += 60_000;
  const next = adoption.state().code;
  assert.notEqual(next, first);
  assert.throws(attempt(first), { code: 'ADOPTION_CODE_WRONG' });
  assert.equal(attempt(next)().key.role, 'admin');
});

test('a code without a proof of the key is no try, and adopts nothing', () => {
  const world = identityCase();
  const { adoption } = world;
  const { code } = adoption.state();
  const [mine, other] = [makeKey(), makeKey()];
  const good = () => request(world, mine, code);
  const unproven = [
    { ...good(), name: 'another' },
    { ...good(), publicKey: other.publicKey },
    { ...good(), signature: new Uint8Array(64) },
    { ...good(), signature: new Uint8Array() },
    { ...good(), publicKey: randomBytes(31) },
  ];
  for (const one of unproven) {
    assert.throws(() => adoption.adopt(one), { code: 'ADOPTION_PROOF_INVALID' });
  }
  const used = good();
  assert.throws(() => adoption.adopt({ ...used, nonce: randomBytes(32) }), {
    code: 'AUTH_NONCE_UNKNOWN',
  });
  assert.equal(adoption.adopt(used).key.kid, mine.kid, 'no try was lost');
});

test('an old client without a code is refused with the words that it knows', () => {
  const { adoption } = identityCase();
  assert.throws(() => adoption.adopt(oldRequest(makeKey())), {
    code: 'ADOPTION_CODE_MISSING',
    kind: 'precondition',
    message: /adoption window closed/,
  });
});

test('root lets one old client in for a time', () => {
  const { adoption, clock } = identityCase();
  adoption.open(1000, true);
  clock.monotonic += 1000;
  assert.throws(() => adoption.adopt(oldRequest(makeKey())), { code: 'ADOPTION_CODE_MISSING' });
  adoption.open(1000, true);
  assert.equal(adoption.adopt(oldRequest(makeKey())).key.name, 'old');
  assert.throws(() => adoption.adopt(oldRequest(makeKey())), { code: 'ADOPTION_CLOSED' });
});

test('root opens the window of a capsule with an owner for one more, and closes it early', () => {
  const world = identityCase();
  const { adoption, keys } = world;
  adoption.adopt(request(world, makeKey(), adoption.state().code));
  adoption.open(60_000, false);
  const { isOpen, closesInMs, code } = adoption.state();
  assert.deepEqual([isOpen, closesInMs], [true, 60_000]);
  assert.equal(adoption.adopt(request(world, makeKey(), code)).key.role, 'admin');
  assert.equal(keys.list().length, 2);
  assert.equal(adoption.state().isOpen, false);
  adoption.open(60_000, false);
  adoption.open(0, false);
  assert.equal(adoption.state().isOpen, false);
});

test('a capsule whose keys are all of lower roles has no owner', () => {
  const { adoption, keys } = identityCase();
  const rights = { role: 'operator', hasHostAccess: false } as const;
  keys.add({ ...rights, name: 'x', publicKey: makeKey().publicKey }, LOCAL_CALLER);
  assert.equal(adoption.state().isOpen, true);
});
