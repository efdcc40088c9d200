import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CAPABILITIES } from '@capsule/core';
import { describeSeccomp } from './seccomp.ts';

function allowed(architecture: 'amd64' | 'arm64', capabilities: readonly string[]) {
  const filter = describeSeccomp(architecture, capabilities);
  return new Set(
    filter.syscalls
      .filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && args === undefined)
      .flatMap(({ names }) => names),
  );
}

test('a call that is not listed fails with EPERM', () => {
  const filter = describeSeccomp('amd64', DEFAULT_CAPABILITIES);
  assert.equal(filter.defaultAction, 'SCMP_ACT_ERRNO');
  assert.equal(filter.defaultErrnoRet, 1);
});

test('ordinary programs run, and no container changes the kernel', () => {
  const names = allowed('amd64', DEFAULT_CAPABILITIES);
  for (const name of ['read', 'execve', 'futex', 'arch_prctl', 'chroot', 'statx', 'ptrace']) {
    assert.ok(names.has(name), name);
  }
  const dangerous =
    'mount umount2 bpf keyctl add_key kexec_load init_module setns unshare reboot swapon userfaultfd perf_event_open open_by_handle_at io_uring_setup settimeofday pivot_root acct clone clone3';
  for (const name of dangerous.split(' ')) assert.equal(names.has(name), false, name);
});

test('new processes are allowed, new namespaces are not', () => {
  const { syscalls } = describeSeccomp('amd64', DEFAULT_CAPABILITIES);
  const clone = syscalls.find(({ names }) => names.includes('clone'));
  assert.deepEqual(clone?.args, [
    { index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' },
  ]);
  const clone3 = syscalls.find(({ names }) => names.includes('clone3'));
  assert.equal(clone3?.action, 'SCMP_ACT_ERRNO');
  assert.equal(clone3?.errnoRet, 38);
});

test('a capability allows its calls', () => {
  const names = allowed('amd64', ['CAP_SYS_ADMIN', 'CAP_SYS_TIME']);
  for (const name of ['mount', 'setns', 'clone', 'clone3', 'settimeofday'])
    assert.ok(names.has(name));
});

test('each processor has its own calls', () => {
  assert.equal(allowed('arm64', []).has('arch_prctl'), false);
  assert.ok(allowed('arm64', []).has('sync_file_range2'));
  assert.ok(describeSeccomp('arm64', []).architectures.includes('SCMP_ARCH_AARCH64'));
});
