import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionIn } from './version-in.ts';

test('the version stands on the command line of the kernel', () => {
  assert.equal(versionIn('console=ttyS0 capsule.version=1.2.3-rc.1 quiet\n'), '1.2.3-rc.1');
  assert.throws(() => versionIn('quiet'), { code: 'DISK_NO_VERSION' });
});
