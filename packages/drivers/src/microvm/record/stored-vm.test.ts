import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSpec, refOfWorkload, SPEC_DEFAULTS } from '@capsule/core';
import type { MadeVm } from './made-vm.ts';
import { vmFromStored } from './stored-vm.ts';

const SPEC: ContainerSpec = {
  ...SPEC_DEFAULTS,
  ref: refOfWorkload('web'),
  role: 'root',
  image: 'docker.io/library/nginx:latest',
  hostname: 'web',
  network: 'host',
  volumes: [],
  files: [],
  logPath: '/log',
  revision: '1',
};
const VM: MadeVm = { id: 'x', spec: SPEC, imageDigest: 'sha256:1', stopSignal: '' };

test('a record is read as it was written', () => {
  assert.deepEqual(vmFromStored(VM), VM);
});

test('a record of a capsuled that knew no references is read as one that names its container', () => {
  const { ref, ...rest } = SPEC;
  assert.deepEqual(vmFromStored({ ...VM, spec: { ...rest, ...ref } }), VM);
});
