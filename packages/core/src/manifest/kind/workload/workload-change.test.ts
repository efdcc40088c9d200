import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MICRO_VM_DEFAULTS, type MicroVmSettings } from '../../../resource/cell/micro-vm.ts';
import { completeSpec, type PartialSpec } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { describeWorkloadChange, needsNewContainer } from './workload-change.ts';

const specOf = (change: Partial<PartialSpec> = {}) =>
  completeSpec({ name: 'web', image: 'nginx', ...change });
const byDefaults = (a: string, b: string) => {
  const order = Object.keys(MICRO_VM_DEFAULTS);
  return order.indexOf(a) - order.indexOf(b);
};
const pathsOf = (before: WorkloadSpec | undefined, after: WorkloadSpec) =>
  describeWorkloadChange(before, after).map(({ path }) => path);

test('a new workload differs in the fields that are not defaults', () => {
  assert.deepEqual(pathsOf(undefined, specOf({ env: { A: '1' } })), [
    'container.image',
    'container.env.A',
  ]);
});

test('the same spec differs in nothing, whatever the order of its keys', () => {
  assert.deepEqual(describeWorkloadChange(specOf(), specOf()), []);
  const before = specOf({ env: { A: '1', B: '2' } });
  assert.deepEqual(describeWorkloadChange(before, specOf({ env: { B: '2', A: '1' } })), []);
});

test('a change is named by its path, with both values', () => {
  const port = { containerPort: 80, hostPort: 8080, protocol: 'tcp' } as const;
  const before = specOf({ ports: [port], env: { A: '1' }, command: ['a'] });
  const after = specOf({
    ports: [{ ...port, hostPort: 8081 }],
    env: { B: '' },
    command: ['a', 'b'],
  });
  assert.deepEqual(describeWorkloadChange(before, after), [
    { path: 'container.command', before: ['a'], after: ['a', 'b'], recreates: true },
    { path: 'container.env.A', before: '1', recreates: true },
    { path: 'container.env.B', after: '', recreates: true },
    { path: 'container.ports[0].hostPort', before: 8080, after: 8081, recreates: false },
  ]);
});

test('a change of kind is named as such, and what gets lost by its old name', () => {
  const before = specOf({ hostPid: true, labels: { app: 'web' } });
  const after = specOf({ kind: 'microVm', labels: { app: 'api' }, microVm: { vcpus: 2 } });
  assert.deepEqual(describeWorkloadChange(before, after), [
    { path: 'kind', before: 'container', after: 'microVm', recreates: true },
    { path: 'microVm.vcpus', before: 1, after: 2, recreates: true },
    { path: 'microVm.labels.app', before: 'web', after: 'api', recreates: false },
    { path: 'container.hostPid', before: true, after: false, recreates: true },
  ]);
  assert.deepEqual(pathsOf(after, specOf({ labels: { app: 'api' } })), ['kind', 'microVm.vcpus']);
});

test('a microVM differs by the fields of its own block, each of which needs a new one', () => {
  const vm = (microVm: Partial<MicroVmSettings>) => specOf({ kind: 'microVm', microVm });
  const changed = {
    vcpus: 2,
    memoryMib: 512,
    kernelCmdlineExtra: 'quiet',
    backend: 'qemu' as const,
    rootfsSizeBytes: 2 ** 30,
    kernelPath: '/k',
    rootfsPath: '/r',
  };
  assert.deepEqual(
    describeWorkloadChange(vm({}), vm(changed)).map(({ path, recreates }) => [path, recreates]),
    Object.keys(changed)
      .toSorted(byDefaults)
      .map((field) => [`microVm.${field}`, true]),
  );
  assert.deepEqual(pathsOf(undefined, vm({ vcpus: 2 })), [
    'kind',
    'microVm.vcpus',
    'microVm.image',
  ]);
  const limited = specOf({ kind: 'microVm', resources: { cpuMillis: 500 } });
  assert.equal(needsNewContainer(vm({}), limited), false);
});

test('labels, ports, limits and policies need no new container; an image does', () => {
  const inPlace = specOf({
    labels: { app: 'web' },
    ports: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
    resources: { pids: 10 },
    restartPolicy: 'never',
    stopGraceSeconds: 1,
  });
  assert.equal(needsNewContainer(specOf(), inPlace), false);
  assert.equal(needsNewContainer(specOf(), specOf({ image: 'redis' })), true);
});
