import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { Right, rightOf } from '@capsule/api/wire';
import { ROLES, type Role } from '@capsule/core';
import { LOCAL_CALLER } from '../../identity/caller.ts';
import {
  identityCase,
  makeKey,
  type TestKey,
  tokenOf,
} from '../../identity/testing/identity-case.ts';
import { accessCase, callAs } from './testing/access-case.ts';

/** gRPC status codes. */
const OK = 0;
const DENIED = 7;
const UNAUTHENTICATED = 16;

const world = identityCase();
const { server, reached } = accessCase(world);
const keys = new Map<Role, TestKey>(ROLES.map((role) => [role, enrol(role)]));
const admin = keys.get('admin') ?? makeKey();
const revoked = enrol('admin');
world.keys.remove(revoked.kid);

function enrol(role: Role): TestKey {
  const key = makeKey();
  const rights = { role, hasHostAccess: role === 'admin' };
  world.keys.add({ ...rights, name: role, publicKey: key.publicKey }, LOCAL_CALLER);
  return key;
}

const seconds = () => Math.floor(Date.now() / 1000);

/** Headers of callers whose identity is not proven, made afresh for each call. */
const UNPROVEN: Readonly<Record<string, () => string | undefined>> = {
  none: () => undefined,
  empty: () => '',
  malformed: () => 'Bearer a.b.c',
  basic: () => `Basic ${Buffer.from('root:root').toString('base64')}`,
  unsigned: () => tokenOf(admin).replace(/[^.]+$/, ''),
  expired: () => tokenOf(admin, { iat: seconds() - 200, exp: seconds() - 140 }),
  future: () => tokenOf(admin, { iat: seconds() + 140, exp: seconds() + 200 }),
  'long-lived': () => tokenOf(admin, { exp: seconds() + 3600 }),
  replayed: () => {
    const token = tokenOf(admin);
    world.verifier().accept(token);
    return token;
  },
  'of a foreign audience': () => tokenOf(admin, { aud: 'x'.repeat(26) }),
  revoked: () => tokenOf(revoked),
  'of another capsule’s key': () => tokenOf(makeKey()),
  'of a wrong key': () => tokenOf(makeKey(), { sub: admin.kid }, { kid: admin.kid }),
  'with an unknown nonce': () => tokenOf(admin, { nonce: 'x'.repeat(43) }),
};

const LEAST: Readonly<Partial<Record<Right, Role>>> = {
  [Right.VIEWER]: 'viewer',
  [Right.OPERATOR]: 'operator',
  [Right.ADMIN]: 'admin',
};

function statusFor(right: Right, role: Role): number {
  if (right === Right.NONE) return OK;
  const least = LEAST[right];
  return least !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least) ? OK : DENIED;
}

suite('every RPC', () => {
  // Among other files in one process, the first test comes minutes after the import.
  beforeEach(() => {
    world.clock.now = Date.now();
  });

  for (const handler of server.handlers) {
    const { method } = handler;
    const right = rightOf(method);
    const name = `${method.parent.typeName}/${method.name}`;

    test(`${name} has a right`, () => assert.notEqual(right, Right.UNSPECIFIED));

    test(`${name} refuses every caller whose identity is not proven`, async () => {
      for (const [what, header] of Object.entries(UNPROVEN)) {
        const status = await callAs(handler, { authorization: header() });
        assert.equal(status, right === Right.NONE ? OK : UNAUTHENTICATED, what);
        assert.equal(reached.delete(name), right === Right.NONE, what);
      }
    });

    test(`${name} serves the roles that its right names, and no other`, async () => {
      for (const [role, key] of keys) {
        const expected = statusFor(right, role);
        assert.equal(await callAs(handler, { authorization: tokenOf(key) }), expected, role);
        assert.equal(reached.delete(name), expected === OK, role);
      }
    });

    test(`${name} serves root on the unix socket`, async () => {
      assert.equal(await callAs(handler, { caller: LOCAL_CALLER }), OK);
      assert.ok(reached.delete(name));
    });
  }
});
