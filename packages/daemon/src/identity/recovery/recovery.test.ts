import assert from 'node:assert/strict';
import { existsSync, mkdtempDisposableSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LOCAL_CALLER } from '../caller.ts';
import { identityCase, makeKey } from '../testing/identity-case.ts';
import { Recovery } from './recovery.ts';

/** An owned capsule whose owner has lost the key. */
function lostKey() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'capsule-recovery-'));
  const { adoption, keys } = identityCase();
  const rights = { role: 'admin', hasHostAccess: true } as const;
  keys.add({ ...rights, name: 'lost', publicKey: makeKey().publicKey }, LOCAL_CALLER);
  const request = join(folder.path, 'recover.txt');
  const kept = join(folder.path, 'recovery');
  const boot = () => new Recovery({ request, kept, window: adoption });
  const isOpen = () => adoption.state().isOpen;
  return { request, kept, boot, isOpen, [Symbol.dispose]: () => folder.remove() };
}

test('a file with the code of the console opens the adoption once', () => {
  using world = lostKey();
  const { request, boot, isOpen } = world;
  const { code } = boot();
  assert.match(code, /^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  const next = boot();
  assert.equal(next.code, code, 'a reboot keeps the code');
  assert.equal(next.redeem(), 'none');
  assert.equal(isOpen(), false);
  writeFileSync(request, ` ${code.toLowerCase().replace('-', '')}\r\n`);
  assert.equal(next.redeem(), 'opened');
  assert.equal(isOpen(), true);
  assert.equal(existsSync(request), false);
});

test('a code counts once, also on a copy of the ESP', () => {
  using world = lostKey();
  const { request, kept, boot, isOpen } = world;
  const { code } = boot();
  writeFileSync(request, 'AAAA-AAAA');
  assert.equal(boot().redeem(), 'wrong');
  assert.equal(existsSync(request), false);
  writeFileSync(request, code);
  assert.equal(boot().redeem(), 'wrong');
  writeFileSync(request, `${boot().code}${' '.repeat(100)}`);
  assert.equal(boot().redeem(), 'wrong');
  assert.equal(isOpen(), false);
  assert.equal(statSync(kept).mode & 0o777, 0o600);
});

test('a file that cannot be deleted opens nothing', () => {
  using world = lostKey();
  const { boot, isOpen } = world;
  const recovery = new Recovery({
    request: '/proc/self/comm',
    kept: world.kept,
    window: { open: () => assert.fail() },
  });
  assert.throws(() => recovery.redeem());
  assert.equal(boot().code, recovery.code);
  assert.equal(isOpen(), false);
});
