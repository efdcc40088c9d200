import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOfSecurityOpt, readSecurityOpts, SECURITY_OPTS } from './security-opt.ts';

test('each option decides one thing', () => {
  assert.deepEqual(readSecurityOpts([]), {});
  assert.deepEqual(readSecurityOpts(['no-new-privileges']), { noNewPrivileges: true });
  assert.deepEqual(readSecurityOpts(['no-new-privileges:false', 'seccomp=unconfined']), {
    noNewPrivileges: false,
    seccomp: 'unconfined',
  });
});

test('every known option is allowed alone', () => {
  for (const opt of SECURITY_OPTS) assert.equal(problemOfSecurityOpt(opt, []), undefined);
});

test('an unknown option is refused', () => {
  for (const opt of [
    '',
    'seccomp=/etc/filter.json',
    'toString',
    'no-new-privileges=1',
    'apparmor=x',
  ]) {
    assert.equal(problemOfSecurityOpt(opt, []), 'is not a security option', opt);
  }
});

test('two options do not decide one thing', () => {
  const before = ['seccomp=unconfined', 'no-new-privileges'];
  assert.equal(problemOfSecurityOpt('no-new-privileges=false', before), 'is decided twice');
  assert.equal(problemOfSecurityOpt('seccomp:unconfined', before), 'is decided twice');
});
