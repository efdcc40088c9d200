import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '../../../error/capsule-error.ts';
import { completeSpec } from '../../../resource/workload/complete-spec.ts';
import { parseManifests } from '../../parse-manifests.ts';
import { describeProblem, type ManifestProblem } from '../../problem.ts';
import { specsOf } from '../../testing/specs-of.ts';
import { manifestFromWorkload } from './manifest-from-workload.ts';

const read = (block: string) =>
  specsOf('workload', parseManifests(`name: vm\nkind: MicroVM\nmicroVm:\n${block}`, 'f'))[0];

/** The problems of a manifest, one line each, without the name of the file. */
function problemsOf(text: string): string[] {
  try {
    parseManifests(text, 'f');
    return [];
  } catch (error) {
    assert.ok(isCapsuleError(error), String(error));
    const problems = error.facts['problems'] as readonly ManifestProblem[];
    return problems.map((problem) => describeProblem(problem).replace(/^f:/, ''));
  }
}

const pathsOf = (block: string) =>
  problemsOf(`name: vm\nkind: MicroVM\nmicroVm:\n${block}`).map((line) => line.split(': ')[1]);

test('a short microVM gets its defaults', () => {
  const spec = completeSpec({ name: 'vm', kind: 'microVm', image: 'alpine' });
  assert.deepEqual(read('  image: alpine\n'), spec);
  assert.equal(spec.microVm?.vcpus, 1);
  assert.equal(spec.microVm.memoryMib, 256);
  assert.equal(spec.microVm.rootfsSizeBytes, 10 * 1024 ** 3);
  assert.deepEqual(manifestFromWorkload(spec), {
    name: 'vm',
    kind: 'MicroVM',
    microVm: { image: 'alpine', vcpus: 1, memoryMib: 256 },
  });
});

test('every field of a microVM is read, in both spellings', () => {
  const block = `
  image: alpine
  vcpus: 2
  memoryMib: 512
  rootfsSize: 1000000
  backend: MICRO_VM_BACKEND_QEMU
  kernelCmdlineExtra: quiet loglevel=7
  networkMode: NETWORK_MODE_BRIDGE
  env: {A: b}
  ports: [{containerPort: 80, hostPort: 8080}]
  mounts: [{volumeName: data, mountPath: /data}]
  resources: {cpu: 0.5, pids: 100}
  user: app
  privileged: true
  healthCheck: {exec: {command: ["true"]}}
`;
  // Below the least: what counts here is that it was rounded up to whole MiB.
  assert.deepEqual(pathsOf(block), ['microVm.rootfsSize']);
  const spec = read(block.replace('1000000', '100000000'));
  assert.deepEqual(spec?.microVm, {
    vcpus: 2,
    memoryMib: 512,
    backend: 'qemu',
    kernelCmdlineExtra: 'quiet loglevel=7',
    rootfsSizeBytes: 96 * 1024 ** 2,
    kernelPath: '',
    rootfsPath: '',
  });
  assert.deepEqual(spec.resources, { cpuMillis: 500, pids: 100 });
  assert.equal(spec.mounts[0]?.mountPath, '/data');
  const snake = block
    .replace('1000000', '96MiB')
    .replace('memoryMib', 'memory_mib')
    .replace('rootfsSize', 'rootfs_size')
    .replace('kernelCmdlineExtra', 'kernel_cmdline_extra');
  const text = `name: vm\nkind: WORKLOAD_KIND_MICRO_VM\nmicro_vm:${snake}`;
  assert.deepEqual(specsOf('workload', parseManifests(text, 'f'))[0], spec);
});

test('a prebuilt pair needs no image, and takes what the capsule does from outside', () => {
  const spec = read(`  kernelPath: /perm/vm/vmlinux
  rootfsPath: /perm/vm/rootfs.img
  ports: [{containerPort: 80, hostPort: 8080}]
  healthCheck: {tcp: {port: 80}}
  resources: {cpu: 1}
  labels: {a: b}
`);
  assert.equal(spec?.image, '');
  assert.equal(spec.microVm?.kernelPath, '/perm/vm/vmlinux');
});

test('a changed kind with the old block is refused with the block to write, and with every other change', () => {
  const text = `name: web
kind: MicroVM
container:
  image: nginx
  networkMode: NETWORK_MODE_HOST
  hostPid: true
  resources: {memory: 64MiB}
`;
  assert.deepEqual(problemsOf(text), [
    '3:1: container: kind: MicroVM needs `microVm:` (rename `container:` to `microVm:`)',
    '6:3: microVm: `hostPid` is not supported (a microVM shares nothing with the capsule: remove the field, or use kind: Container)',
    '7:15: microVm.resources: `memory` is not supported (a microVM has a fixed amount of memory: set memoryMib instead)',
    '5:16: microVm.networkMode: a microVM has its own kernel and network, and is always on the bridge (remove networkMode; connect to the address of the microVM, or publish ports)',
  ]);
  const back = 'name: web\nkind: Container\nmicro_vm:\n  image: nginx\n  vcpus: 2\n';
  assert.deepEqual(problemsOf(back), [
    '3:1: microVm: kind: Container needs `container:` (rename `microVm:` to `container:`)',
    '5:3: container: `vcpus` is not supported (only kind: MicroVM has this field; resources.cpu limits a container)',
  ]);
  const both = 'name: web\nkind: MicroVM\nmicroVm: {image: a}\ncontainer: {image: a}\n';
  assert.deepEqual(problemsOf(both), [
    '4:1: container: does not belong to kind MicroVM (remove it)',
  ]);
  assert.deepEqual(problemsOf('name: web\nkind: MicroVM\nimage: a\n'), [
    '3:1: `image` does not belong here (write it as `microVm.image`)',
    '1:1: microVm: is missing (kind MicroVM needs it)',
  ]);
});

test('the rules of both kinds speak of the block that is there', () => {
  const ports = '  ports: [{containerPort: 80, hostPort: 0}]\n';
  const text = `name: vm\nkind: MicroVM\nmicroVm:\n  image: a\n  stopSignal: SIGTREM\n${ports}`;
  assert.deepEqual(
    problemsOf(`${text}  env: [{name: 1A}]\n`).map((line) => line.split(': ', 2).join(': ')),
    ['7:16: microVm.env.1A', '6:41: microVm.ports[0].hostPort', '5:15: microVm.stopSignal'],
  );
});

test('ports of both kinds clash, wherever they are published', () => {
  const ports = '  ports: [{containerPort: 80, hostPort: 8080}]\n';
  const web = `name: web\nkind: Container\ncontainer:\n  image: a\n${ports}`;
  const vm = `name: vm\nkind: MicroVM\nmicroVm:\n  image: a\n${ports}`;
  assert.deepEqual(problemsOf(`${web}---\n${vm}`), [
    '11:41: microVm.ports[0].hostPort: web already publishes 8080/tcp, in f:5',
  ]);
});

const IMAGE = '  image: alpine\n';
const PAIR = '  kernelPath: /vm/vmlinux\n  rootfsPath: /vm/rootfs.img\n';
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['nothing to boot', '  vcpus: 1\n', 'microVm.image'],
  ['no processor', `${IMAGE}  vcpus: 0\n`, 'microVm.vcpus'],
  ['too many processors', `${IMAGE}  vcpus: 33\n`, 'microVm.vcpus'],
  ['a part of a processor', `${IMAGE}  vcpus: 0.5\n`, 'microVm.vcpus'],
  ['memory that no kernel starts in', `${IMAGE}  memoryMib: 63\n`, 'microVm.memoryMib'],
  ['more memory than can be', `${IMAGE}  memoryMib: 1048577\n`, 'microVm.memoryMib'],
  ['a small root', `${IMAGE}  rootfsSize: 63MiB\n`, 'microVm.rootfsSize'],
  ['a huge root', `${IMAGE}  rootfsSize: 17T\n`, 'microVm.rootfsSize'],
  ['a size that is none', `${IMAGE}  rootfsSize: much\n`, 'microVm.rootfsSize'],
  ['another backend', `${IMAGE}  backend: smolvm\n`, 'microVm.backend'],
  ['another init', `${IMAGE}  kernelCmdlineExtra: quiet init=/x\n`, 'microVm.kernelCmdlineExtra'],
  ['a quoted one', `${IMAGE}  kernelCmdlineExtra: '"rdinit=/x"'\n`, 'microVm.kernelCmdlineExtra'],
  ['its own panic', `${IMAGE}  kernelCmdlineExtra: panic=9\n`, 'microVm.kernelCmdlineExtra'],
  ['two lines', `${IMAGE}  kernelCmdlineExtra: "a\\nb"\n`, 'microVm.kernelCmdlineExtra'],
  [
    'a long command line',
    `${IMAGE}  kernelCmdlineExtra: ${'a'.repeat(1025)}\n`,
    'microVm.kernelCmdlineExtra',
  ],
  ['a kernel without a root', '  kernelPath: /vmlinux\n', 'microVm.rootfsPath'],
  ['a root without a kernel', '  rootfsPath: /r\n', 'microVm.kernelPath'],
  ['a path that is not whole', '  kernelPath: vmlinux\n  rootfsPath: /r\n', 'microVm.kernelPath'],
  ['an image together with a pair', `${IMAGE}${PAIR}`, 'microVm.image'],
  [
    'an asked command',
    `${PAIR}  healthCheck: {exec: {command: [a]}}\n`,
    'microVm.healthCheck.exec',
  ],
  ['counted processes', `${PAIR}  resources: {pids: 9}\n`, 'microVm.resources.pids'],
  ['paths of the capsule', `${IMAGE}  hostBindPaths: [/a]\n`, 'microVm'],
  ['IPC of the capsule', `${IMAGE}  hostIpc: true\n`, 'microVm'],
  ['mounts of the capsule', `${IMAGE}  hostMount: true\n`, 'microVm'],
];

for (const [what, block, path] of REFUSED) {
  test(`${what} is refused`, () => assert.deepEqual(pathsOf(block), [path]));
}

const NEEDS_AGENT: Readonly<Record<string, string>> = {
  imagePullPolicy: 'Always',
  command: '[a]',
  args: '[a]',
  workingDir: '/a',
  user: 'a',
  env: '{A: ""}',
  hostname: 'a',
  rootfsSize: '1GiB',
  extraHosts: '{a: 192.0.2.1}',
  dns: '{options: [rotate]}',
  stopSignal: 'INT',
  tmpfs: '[/a]',
  readOnlyRootFilesystem: 'true',
  capabilities: '{drop: [ALL]}',
  privileged: 'true',
  mounts: '[{volumeName: a, mountPath: /a}]',
  ulimits: '[{name: core, hard: 0}]',
  sysctls: '{kernel.msgmax: 1}',
};

for (const [field, value] of Object.entries(NEEDS_AGENT)) {
  test(`${field} is refused where there is no agent, and taken where there is one`, () => {
    assert.deepEqual(pathsOf(`${PAIR}  ${field}: ${value}\n`), [`microVm.${field}`]);
    assert.deepEqual(pathsOf(`${IMAGE}  ${field}: ${value}\n`), []);
  });
}

test('a microVM has as many volumes as its monitor has room for, each mounted as often as it likes', () => {
  const mounts = (count: number, path = 'm') =>
    Array.from(
      { length: count },
      (_, index) => `{volumeName: v${index}, mountPath: /${path}${index}}`,
    );
  const block = (list: readonly string[], backend = 'AUTO') =>
    `  image: alpine\n  backend: MICRO_VM_BACKEND_${backend}\n  mounts: [${list.join(', ')}]\n`;
  for (const [backend, most] of [
    ['QEMU', 17],
    ['FIRECRACKER', 10],
  ] as const) {
    assert.deepEqual(pathsOf(block(mounts(most), backend)), []);
    assert.deepEqual(pathsOf(block([...mounts(most), ...mounts(most, 'again')], backend)), []);
    assert.deepEqual(pathsOf(block(mounts(most + 1), backend)), ['microVm.mounts']);
  }
});
