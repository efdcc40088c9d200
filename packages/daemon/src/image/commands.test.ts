import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  completeSpec,
  FIRST_STATUS,
  type Image,
  MICRO_VM_DEFAULTS,
  refOfWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import { FakeImageStore } from '@capsule/testkit';
import { ImageCommands } from './commands.ts';

const NGINX = { name: 'docker.io/library/nginx:latest', digest: 'sha256:1' } as Image;

function record(spec: Partial<WorkloadSpec> & { readonly name: string }): WorkloadRecord {
  const whole = completeSpec({ image: 'nginx', ...spec });
  const at = {
    ref: refOfWorkload(spec.name),
    role: 'root' as const,
    uid: 'u',
    generation: 1,
    revision: 1,
    run: 1,
    createdAt: 0,
  };
  return { ...at, desired: 'running', spec: whole };
}

function useOf(...records: WorkloadRecord[]): ImageCommands {
  return new ImageCommands({
    images: new FakeImageStore(),
    containers: () => records,
    statusOf: () => FIRST_STATUS,
    now: () => 0,
  });
}

test('a microVM with its own kernel and disk uses no image, and hides no user of one', () => {
  const files = { kernelPath: '/perm/kernel', rootfsPath: '/perm/root.img' };
  const microVm = { ...MICRO_VM_DEFAULTS, ...files };
  const prebuilt = record({ name: 'own', kind: 'microVm', image: '', microVm });
  assert.deepEqual(useOf(prebuilt, record({ name: 'web' })).usersOf(NGINX), ['web']);
});

test('a stored reference that cannot be parsed affects its own workload only', () => {
  const odd = record({ name: 'odd', image: 'NOT an image' });
  assert.deepEqual(useOf(odd, record({ name: 'web' })).usersOf(NGINX), ['web']);
});

test('a sibling uses its image as the root does, under a name of its own', () => {
  const web = record({ name: 'web', image: 'busybox' });
  const log = { ...record({ name: 'log' }), ref: { ...web.ref, container: 'log' } };
  assert.deepEqual(useOf(web, log).usersOf(NGINX), ['web/log']);
});
