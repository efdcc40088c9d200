import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Profile, ProgramSet } from '../profile.ts';
import { planRootfs, type Sources, type StepName } from './plan-rootfs.ts';

const emulator: ProgramSet = {
  packages: ['qemu'],
  fromSid: { 'vhost-device-vsock': '0.3.*' },
  programs: ['/usr/bin/qemu'],
  data: [],
  checks: [],
};

const profile: Profile = {
  name: 'test',
  suite: 'trixie',
  packages: ['dash'],
  fromSid: { containerd: '2.1.*' },
  pruned: ['/usr/share/doc/'],
  checks: [['/usr/bin/sh', '-c', 'true']],
  vmm: { x64: emulator, arm64: { ...emulator, packages: ['qemu-arm'] } },
  guest: { runtime: { package: 'crun', program: '/usr/bin/crun' }, modules: ['overlay'] },
  files: { '/etc/hosts': { content: '127.0.0.1 localhost\n' } },
  directories: ['/perm'],
};

const sources: Sources = {
  architecture: 'x64',
  nodeVersion: '24.0.0',
  native: 'n1',
  cli: 'l1',
  capsuled: 'c1',
  machine: 'm1',
  recipes: {
    base: 'r',
    vmm: 'r',
    node: 'r',
    native: 'r',
    guest: 'r',
    config: 'r',
    cli: 'r',
    capsuled: 'r',
    hardware: 'r',
    machine: 'r',
  },
};

/** Each kind of change of an input, and the layers that it must rebuild. */
const CHANGES: readonly [string, StepName[], (p: Profile, s: Sources) => [Profile, Sources]][] = [
  ['a package', ['base', 'vmm'], (p, s) => [{ ...p, packages: [...p.packages, 'kmod'] }, s]],
  [
    'the version from sid',
    ['base', 'vmm'],
    (p, s) => [{ ...p, fromSid: { containerd: '2.2.*' } }, s],
  ],
  ['a pruned path', ['base', 'vmm'], (p, s) => [{ ...p, pruned: [] }, s]],
  [
    'a program',
    ['vmm'],
    (p, s) => [{ ...p, vmm: { ...p.vmm, x64: { ...emulator, programs: [] } } }, s],
  ],
  ['a module', ['guest'], (p, s) => [{ ...p, guest: { ...p.guest, modules: [] } }, s]],
  ['a file', ['config'], (p, s) => [{ ...p, files: { '/etc/hosts': { content: '' } } }, s]],
  ['a mode', ['config'], (p, s) => [{ ...p, files: { '/e': { content: '', mode: 1 } } }, s]],
  ['Node', ['node'], (p, s) => [p, { ...s, nodeVersion: '24.0.1' }]],
  ['Rust code', ['native', 'guest'], (p, s) => [p, { ...s, native: 'n2' }]],
  ['the kernel of microVMs', ['guest'], (p, s) => [p, { ...s, guestKernel: 'k1' }]],
  ['Firecracker', ['vmm'], (p, s) => [p, { ...s, firecracker: 'f1' }]],
  ['code of a command line program', ['cli'], (p, s) => [p, { ...s, cli: 'l2' }]],
  ['code of capsuled', ['capsuled'], (p, s) => [p, { ...s, capsuled: 'c2' }]],
  ['a recipe', ['node'], (p, s) => [p, { ...s, recipes: { ...s.recipes, node: 'r2' } }]],
  [
    'the machine',
    ['base', 'vmm', 'node', 'native', 'guest'],
    (p, s) => [p, { ...s, architecture: 'arm64' }],
  ],
];

test('lists the layers from the lowest to the highest', () => {
  assert.deepEqual(
    planRootfs(profile, sources).map((step) => step.do),
    ['base', 'vmm', 'node', 'native', 'guest', 'config', 'cli', 'capsuled'],
  );
});

for (const [what, layers, change] of CHANGES) {
  test(`a change of ${what} rebuilds ${layers.join(', ')} and nothing else`, () => {
    assert.deepEqual(changed([profile, sources], change(profile, sources)), layers);
  });
}

test('any set of changes rebuilds exactly the layers that it affects', () => {
  fc.assert(
    fc.property(fc.subarray([...CHANGES]), (changes) => {
      let [p, s] = [profile, sources];
      for (const [, , change] of changes) [p, s] = change(p, s);
      const expected = new Set(changes.flatMap(([, layers]) => layers));
      assert.deepEqual(new Set(changed([profile, sources], [p, s])), expected);
    }),
  );
});

test('the order of keys in a profile does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(profile).reverse()) as unknown as Profile;
  assert.deepEqual(changed([profile, sources], [reversed, sources]), []);
});

function changed(before: [Profile, Sources], after: [Profile, Sources]): StepName[] {
  const keys = new Set(planRootfs(...before).map((step) => step.key));
  return planRootfs(...after)
    .filter((step) => !keys.has(step.key))
    .map((step) => step.do);
}
