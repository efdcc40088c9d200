import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSysctl, writeSysctl } from './sysctl.ts';

test('a setting that this kernel does not have is undefined, and writing it is false', async () => {
  assert.equal(await readSysctl('net/ipv4/capsule_no_such_setting'), undefined);
  assert.equal(await writeSysctl('net/ipv4/capsule_no_such_setting', '1'), false);
});

test('a setting that has the value already is not written', async () => {
  // Read-only to everyone: writing would fail.
  const release = (await readSysctl('kernel/osrelease')) ?? '';
  assert.notEqual(release, '');
  assert.equal(await writeSysctl('kernel/osrelease', release), true);
  await assert.rejects(writeSysctl('kernel/osrelease', 'other'), { code: 'SYSCTL_FAILED' });
});
