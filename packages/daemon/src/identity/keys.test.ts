import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Caller, LOCAL_CALLER } from './caller.ts';
import { identityCase, makeKey } from './testing/identity-case.ts';

const rights = { role: 'admin', hasHostAccess: false } as const;
const newKey = (name: string) => ({ ...rights, name, publicKey: makeKey().publicKey });

test('the last admin key stays, whatever other keys there are', () => {
  const { keys } = identityCase();
  const first = keys.add(newKey('first'), LOCAL_CALLER);
  const second = keys.add(newKey('second'), LOCAL_CALLER);
  keys.add({ ...newKey('third'), role: 'operator' }, LOCAL_CALLER);
  keys.remove(first.kid);
  assert.throws(() => keys.remove(second.kid), { code: 'KEY_LAST_ADMIN', kind: 'precondition' });
  assert.throws(() => keys.remove(first.kid), { code: 'KEY_NOT_FOUND' });
});

test('a key that is enrolled, has no name or the wrong length is refused', () => {
  const { keys } = identityCase();
  const key = newKey('first');
  keys.add(key, LOCAL_CALLER);
  assert.throws(() => keys.add({ ...key, name: 'again' }, LOCAL_CALLER), { code: 'KEY_EXISTS' });
  assert.throws(() => keys.add(newKey(''), LOCAL_CALLER), { code: 'KEY_INVALID' });
  const short = { ...newKey('short'), publicKey: new Uint8Array(31) };
  assert.throws(() => keys.add(short, LOCAL_CALLER), { code: 'KEY_INVALID' });
});

test('only a caller with host access gives it', () => {
  const { keys } = identityCase();
  const admin: Caller = { kind: 'key', kid: 'k', name: 'a', from: '::1', ...rights };
  const reaching = { ...newKey('reaching'), hasHostAccess: true };
  assert.throws(() => keys.add(reaching, admin), { code: 'KEY_HOST_ACCESS_NOT_HELD' });
  assert.equal(keys.add(reaching, { ...admin, hasHostAccess: true }).addedBy, 'k');
});

test('the removal of a key ends its calls, and no others', () => {
  const { keys, live } = identityCase();
  const [one, other] = [keys.add(newKey('one'), LOCAL_CALLER), keys.add(newKey('x'), LOCAL_CALLER)];
  const ended: string[] = [];
  live.add(one.kid, () => ended.push('one'));
  live.add(other.kid, () => ended.push('other'));
  live.add(one.kid, () => ended.push('over'))[Symbol.dispose]();
  keys.remove(one.kid);
  assert.deepEqual(ended, ['one']);
});
