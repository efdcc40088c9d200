import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  type CellRecord,
  cellFromWorkload,
  cellOfWorkload,
  completeSpec,
  refOfWorkload,
  type WorkloadKind,
  type WorkloadRecord,
} from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakeVolumeBackend } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { VolumeFiller } from './fill.ts';
import { VolumeRecords } from './records.ts';

async function setUp() {
  const records = new VolumeRecords(openStore(':memory:', MIGRATIONS), Date.now);
  const backend = new FakeVolumeBackend();
  const volume = { name: 'data', uid: randomUUID(), sizeBytes: 2 ** 24 };
  await backend.create(volume);
  records.declare(volume, volume.uid);
  records.markReady('data');
  records.attach('data', cellOfWorkload('web'));
  const copies: string[] = [];
  const files = { copyOut: async () => void copies.push('copied') };
  const filler = new VolumeFiller({ records, backend, files, lock: (_name, work) => work() });
  const filling = () => records.get('data')?.filling;
  return { records, backend, filler, filling, copies };
}

function record(kind: WorkloadKind): CellRecord {
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: true }];
  const spec = completeSpec({ name: 'web', kind, image: 'nginx', mounts });
  return cellFromWorkload({ ref: refOfWorkload('web'), spec } as WorkloadRecord);
}

const { signal } = new AbortController();

test('the volume of a microVM counts as filled when the microVM runs, not before', async () => {
  const { backend, filler, filling } = await setUp();
  await backend.lend('data');
  for (const _ of ['a first boot', 'one that is made again']) {
    await filler.fill(record('microVm'), 'data', signal);
    assert.equal(filling(), 'due');
  }
  filler.recordFilled(record('microVm'));
  filler.recordFilled(record('microVm'));
  assert.equal(filling(), 'done');
});

test('a container that runs says nothing about its volumes', async () => {
  const { filler, filling } = await setUp();
  filler.recordFilled(record('container'));
  assert.equal(filling(), 'due');
});

test('a partial copy of a guest is discarded when its workload becomes a container', async () => {
  const { backend, filler, filling, copies } = await setUp();
  await backend.attach('data');
  backend.write('data', 'half', 'x');
  backend.write('data', '.capsule-filling', '');
  await filler.fill(record('container'), 'data', signal);
  assert.ok(backend.calls.includes('clear data'));
  assert.deepEqual([copies, filling()], [['copied'], 'done']);
});

test('existing data in a volume is left as it is', async () => {
  const { backend, filler, filling, copies } = await setUp();
  await backend.attach('data');
  backend.write('data', 'mine', 'x');
  await filler.fill(record('container'), 'data', signal);
  assert.ok(!backend.calls.includes('clear data'));
  assert.deepEqual([copies, filling()], [[], 'done']);
});

test('a partial copy for a container is removed before a guest fills the volume', async () => {
  const { backend, records, filler, filling } = await setUp();
  records.markFilling('data', 'underway');
  await backend.lend('data');
  await filler.fill(record('microVm'), 'data', signal);
  assert.ok(backend.calls.includes('clear data'));
  assert.equal((await backend.attached()).get('data'), 'lent');
  assert.equal(filling(), 'due');
});
