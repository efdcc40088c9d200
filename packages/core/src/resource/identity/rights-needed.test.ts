import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MICRO_VM_DEFAULTS } from '../cell/micro-vm.ts';
import { completeSpec, type PartialSpec } from '../workload/complete-spec.ts';
import { rightsNeeded } from './rights-needed.ts';

const needed = (spec: Partial<PartialSpec>) =>
  rightsNeeded(completeSpec({ name: 'web', image: 'nginx', ...spec }));

test('an ordinary container needs no right of its own, whatever it does within its walls', () => {
  const usual: Partial<PartialSpec> = {
    user: 'root',
    capabilities: { add: ['CAP_NET_RAW'], drop: ['ALL'] },
    securityOpts: ['no-new-privileges=false'],
    ports: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
    sysctls: { 'net.core.somaxconn': '1024' },
  };
  assert.deepEqual(needed(usual), []);
});

const REACHING: readonly (readonly [field: string, spec: Partial<PartialSpec>])[] = [
  ['privileged', { privileged: true }],
  ['hostPid', { hostPid: true }],
  ['hostIpc', { hostIpc: true }],
  ['networkMode', { networkMode: 'host' }],
  ['hostBindPaths', { hostBindPaths: [{ source: '/srv', target: '/srv', readOnly: true }] }],
  ['devices', { devices: ['/dev/fuse'] }],
  ['capabilities', { capabilities: { add: ['CAP_SYS_ADMIN'], drop: [] } }],
  ['capabilities', { capabilities: { add: ['ALL'], drop: [] } }],
  ['securityOpts', { securityOpts: ['seccomp:unconfined'] }],
  ['kernelPath', { kind: 'microVm', microVm: { ...MICRO_VM_DEFAULTS, kernelPath: '/perm/k' } }],
  ['rootfsPath', { kind: 'microVm', microVm: { ...MICRO_VM_DEFAULTS, rootfsPath: '/perm/r' } }],
];

for (const [field, spec] of REACHING) {
  test(`${field} needs host access: ${JSON.stringify(spec)}`, () => {
    assert.deepEqual(needed(spec), [field]);
  });
}

test('a privileged microVM stays within its machine', () => {
  assert.deepEqual(needed({ kind: 'microVm', privileged: true }), []);
});
