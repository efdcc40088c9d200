import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { completeLock, type LockFile } from './lock-file.ts';

test('packages of other platforms are added, and marked so that no machine installs them in vain', () => {
  const lock: LockFile = {
    packages: {
      'node_modules/tool': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@tool/linux-x64-musl': '1.0.0', 'tool-win32-arm64': '1.0.0' },
      },
      'node_modules/tool-win32-arm64': { version: '1.0.0', optional: true },
    },
  };
  assert.deepEqual(completeLock(lock), ['@tool/linux-x64-musl']);
  assert.deepEqual(lock.packages['node_modules/@tool/linux-x64-musl'], {
    version: '1.0.0',
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
    dev: true,
    optional: true,
  });
  assert.deepEqual(completeLock(lock), []);
});

test('the lock file of the project names the packages of every platform', () => {
  const path = join(import.meta.dirname, '../../package-lock.json');
  assert.deepEqual(completeLock(JSON.parse(readFileSync(path, 'utf8')) as LockFile), []);
});
