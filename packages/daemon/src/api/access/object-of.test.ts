import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  ManifestApplyRequestSchema,
  RegistryLoginRequestSchema,
  VolumeCloneRequestSchema,
  WorkloadApplyRequestSchema,
  WorkloadExecClientMessageSchema,
} from '@capsule/api/wire';
import { objectOf } from './object-of.ts';

test('a request is named by its objects, and by nothing else of it', () => {
  const apply = create(WorkloadApplyRequestSchema, {
    workload: { name: 'web', container: { image: 'nginx', env: { PASSWORD: 'hunter2' } } },
  });
  assert.equal(objectOf(WorkloadApplyRequestSchema, apply), 'web');
  const login = create(RegistryLoginRequestSchema, { name: 'ghcr.io', secret: 'hunter2' });
  assert.equal(objectOf(RegistryLoginRequestSchema, login), 'ghcr.io');
  const clone = create(VolumeCloneRequestSchema, { volume: 'a', snapshot: 's', newName: 'b' });
  assert.equal(objectOf(VolumeCloneRequestSchema, clone), 'a/s/b');
});

test('the first message of a stream, a place and several resources have names, too', () => {
  const exec = create(WorkloadExecClientMessageSchema, {
    payload: { case: 'config', value: { name: 'web', command: ['sh', '-c', 'secret'] } },
  });
  assert.equal(objectOf(WorkloadExecClientMessageSchema, exec), 'web');
  const place = { realm: 'main', space: 'lab', stack: 'one', cell: 'db' };
  const all = create(ManifestApplyRequestSchema, {
    volumes: [{ name: 'data' }],
    workloads: [{ name: 'web' }],
    cells: [{ place }],
  });
  assert.equal(objectOf(ManifestApplyRequestSchema, all), 'data, web, main/lab/one/db');
});

test('the name of a thousand objects stays short', () => {
  const workloads = Array.from({ length: 1000 }, (_, at) => ({ name: `web-${at}` }));
  const all = create(ManifestApplyRequestSchema, { workloads });
  assert.equal(objectOf(ManifestApplyRequestSchema, all).length, 257);
});
