import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { test } from 'node:test';
import { keyFile, operatorFolder } from './folder.ts';

test('without a usable HOME, the folder is that of the user database, never the current one', () => {
  const expected = `${userInfo().homedir}/.config/capsule`;
  for (const HOME of ['', 'relative']) assert.equal(operatorFolder({ env: { HOME } }), expected);
  assert.equal(operatorFolder({ env: {} }), expected);
  assert.equal(operatorFolder({ env: { HOME: '/home/ann' } }), '/home/ann/.config/capsule');
});

test('a context names the key by a path that holds in every folder', () => {
  assert.ok(isAbsolute(keyFile({ env: { CAPSULE_CONFIG_DIR: 'mine' } })));
});

test('a user without a home folder is an error with what to set', (t) => {
  if (process.geteuid?.() !== 0) return t.skip('only root can take the place of another user');
  process.seteuid?.(54_321);
  try {
    assert.throws(() => operatorFolder({ env: {} }), { code: 'CLI_HOME_MISSING' });
  } finally {
    process.seteuid?.(0);
  }
});
