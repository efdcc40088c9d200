import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCAL_CALLER } from '../../identity/caller.ts';
import { identityCase, makeKey, tokenOf } from '../../identity/testing/identity-case.ts';
import { accessCase, callAs } from './testing/access-case.ts';

function open() {
  const world = identityCase();
  const { server, audit } = accessCase(world);
  const key = makeKey();
  const rights = { role: 'operator', hasHostAccess: false } as const;
  world.keys.add({ ...rights, name: 'laptop', publicKey: key.publicKey }, LOCAL_CALLER);
  const call = (rpc: string, options: Parameters<typeof callAs>[1]) => {
    const handler = server.handlers.find(({ requestPath }) => requestPath.endsWith(rpc));
    assert.ok(handler, rpc);
    return callAs(handler, options);
  };
  const recorded = () =>
    audit.read(0, 100).map(({ who, kid, origin, rpc, result }) => [who, kid, origin, rpc, result]);
  return { call, key, recorded, clock: world.clock };
}

const AT = { kind: 'unknown', from: '10.0.0.7' } as const;

test('a change is recorded with its caller, and a call that only reads is not', async () => {
  const { call, key, recorded } = open();
  const authorization = tokenOf(key);
  assert.equal(await call('WorkloadService/Apply', { authorization, caller: AT }), 0);
  assert.equal(await call('WorkloadService/List', { authorization: tokenOf(key) }), 0);
  assert.equal(await call('WorkloadService/Stop', { caller: LOCAL_CALLER }), 0);
  assert.deepEqual(recorded(), [
    ['laptop', key.kid, '10.0.0.7', 'WorkloadService/Apply', 'ok'],
    ['local root', '', 'unix', 'WorkloadService/Stop', 'ok'],
  ]);
});

test('a stream is recorded at its start and at its end', async () => {
  const { call, recorded } = open();
  await call('WorkloadService/CopyTo', { caller: LOCAL_CALLER });
  await call('ImageService/Pull', { caller: LOCAL_CALLER });
  assert.deepEqual(
    recorded().map(([, , , rpc, result]) => [rpc, result]),
    [
      ['WorkloadService/CopyTo', 'started'],
      ['WorkloadService/CopyTo', 'ok'],
      ['ImageService/Pull', 'started'],
      ['ImageService/Pull', 'ok'],
    ],
  );
});

test('refusals are recorded, and those of unknown callers cannot push the others out', async () => {
  const { call, key, recorded, clock } = open();
  await call('CapsuleService/RebootNode', { authorization: tokenOf(key), caller: AT });
  for (let n = 0; n < 40; n += 1) await call('WorkloadService/List', {});
  assert.equal(recorded().length, 31);
  const [who, , from, ...denied] = recorded()[0] ?? [];
  assert.deepEqual([who, from], ['laptop', '10.0.0.7']);
  assert.deepEqual(denied, ['CapsuleService/RebootNode', 'AUTH_ROLE_MISSING']);
  assert.deepEqual(recorded()[1]?.slice(3), ['WorkloadService/List', 'AUTH_TOKEN_MISSING']);
  clock.monotonic += 60_000;
  await call('WorkloadService/List', {});
  assert.equal(recorded().length, 32);
});

test('the refusals of one key cannot push the other records out', async () => {
  const { call, key, recorded } = open();
  const other = () => call('WorkloadService/Stop', { caller: LOCAL_CALLER });
  for (let n = 0; n < 40; n += 1) {
    await call('CapsuleService/RebootNode', { authorization: tokenOf(key), caller: AT });
  }
  await call('WorkloadService/Apply', { authorization: tokenOf(key), caller: AT });
  await other();
  assert.deepEqual(
    recorded()
      .slice(30)
      .map(([who, , , rpc]) => [who, rpc]),
    [
      ['laptop', 'WorkloadService/Apply'],
      ['local root', 'WorkloadService/Stop'],
    ],
  );
});
