import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { localFault, unnamedFault } from './local-fault.ts';

const failed = (code: string, syscall: string, more = {}) =>
  Object.assign(new Error(`${code}: raw text`), { code, syscall, ...more });

test('every errno of the kernel names the file, and is never a bug or a connection', () => {
  for (const code of Object.keys(constants.errno)) {
    for (const use of ['read', 'write'] as const) {
      const fault = localFault(use, '/a/f', failed(code, 'open'));
      assert.ok(isCapsuleError(fault), code);
      assert.match(fault.message, /^(there is no file )?\/a\/f/);
      assert.match(fault.code, /^CLI_FILE_(MISSING|UNREADABLE|UNWRITABLE)$/);
    }
  }
});

test('a failure that no caller has named is named by its own path', () => {
  const read = unnamedFault(failed('EACCES', 'scandir', { path: '/a' }));
  assert.equal(read?.code, 'CLI_FILE_UNREADABLE');
  const write = unnamedFault(failed('ENOSPC', 'mkdir', { path: '/a' }));
  assert.equal(write?.code, 'CLI_FILE_UNWRITABLE');
});

test('a fault of a socket, a program or our own code is not a fault of a file', () => {
  for (const error of [
    failed('ECONNREFUSED', 'connect', { path: '/run/capsule/capsuled.sock' }),
    failed('ENOENT', 'spawn tar', { path: 'tar' }),
    new TypeError('a bug'),
    'text',
  ]) {
    assert.equal(unnamedFault(error), undefined);
    assert.equal(localFault('read', '/a', error), error);
  }
});
