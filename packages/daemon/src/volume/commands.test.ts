import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload, VOLUME_UNIT_BYTES } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakeVolumeBackend, fakeError, noGuestVolumes, noTransfers } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestVolumes } from '../testing/create-test-volumes.ts';
import { VolumeRecords } from './records.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const LARGER = { name: 'data', sizeBytes: 128 * VOLUME_UNIT_BYTES };

/** Store and disk, which outlive a capsuled. */
function machine() {
  const db = openStore(':memory:', MIGRATIONS);
  const records = new VolumeRecords(db, Date.now);
  const backend = new FakeVolumeBackend();
  const named = new Set<string>();
  const released: string[] = [];
  const boot = () =>
    createTestVolumes(db, {
      backend,
      ...noTransfers,
      uploads: { ...noTransfers.uploads, open: async () => 5 },
      guestVolumes: noGuestVolumes,
      users: {
        namedBy: () => [...named].map(cellOfWorkload),
        onRelease: (name) => released.push(name),
      },
    });
  const resume = () => boot().reconciler.resume();
  return { records, backend, named, released, boot, resume };
}

const { signal } = new AbortController();
const broken = () => fakeError('PROCESS_FAILED', 'internal', 'the disk is gone');

test('a volume is created once, and can grow', async () => {
  const { boot } = machine();
  const volumes = boot();
  const rehearsed = await volumes.commands.apply(DATA, { dryRun: true });
  assert.deepEqual([rehearsed.change, (await volumes.observer.list()).length], ['created', 0]);
  assert.equal((await volumes.commands.apply(DATA)).change, 'created');
  assert.equal((await volumes.commands.apply(DATA)).change, 'unchanged');
  const { change, fields } = await volumes.commands.apply(LARGER);
  assert.deepEqual(
    [change, fields[0]?.before, fields[0]?.after],
    ['configured', '64MiB', '128MiB'],
  );
  await assert.rejects(volumes.commands.apply(DATA), { code: 'VOLUME_SHRINKS' });
  await assert.rejects(volumes.commands.create(DATA), { code: 'VOLUME_EXISTS' });
  await volumes.commands.create(LARGER);
  assert.deepEqual(
    (await volumes.observer.list()).map(({ name, sizeBytes, state }) => [name, sizeBytes, state]),
    [['data', LARGER.sizeBytes, 'ready']],
  );
});

test('an interrupted import can start again, also before capsuled has removed its leftovers', async () => {
  const { boot, backend, records } = machine();
  const record = { ...DATA, uid: 'half' };
  const upload = { name: 'data', id: '0'.repeat(32) };
  records.declareImport(record, record.uid);
  await backend.create(record);
  const { importer } = boot();
  assert.equal(await importer.begin(upload), 5);
  assert.deepEqual([records.list(), await backend.list()], [[], []]);
  await boot().commands.create(DATA);
  await assert.rejects(importer.begin(upload), { code: 'VOLUME_EXISTS' });
});

test('a failed creation is undone before its answer, also if the disk does not respond then', async () => {
  const { boot, backend, records } = machine();
  const volumes = boot();
  const list = backend.list.bind(backend);
  backend.list = async () => {
    await new Promise(setImmediate);
    return list();
  };
  backend.failNext('create', broken());
  await assert.rejects(volumes.commands.apply(DATA), { code: 'PROCESS_FAILED' });
  assert.deepEqual(records.list(), []);
  // The next one is not taken for what is left of the first.
  assert.equal((await volumes.commands.apply(DATA)).change, 'created');
  await new Promise(setImmediate);
  assert.deepEqual(
    (await volumes.observer.list()).map(({ name, state }) => [name, state]),
    [['data', 'ready']],
  );

  const more = { ...DATA, name: 'more' };
  let looks = 0;
  backend.list = async () => {
    looks += 1;
    if (looks === 2) throw fakeError('PROCESS_TIMEOUT', 'unavailable', 'no answer');
    return list();
  };
  backend.failNext('create', broken());
  await assert.rejects(volumes.commands.apply(more), { code: 'PROCESS_FAILED' });
  assert.equal(records.get('more')?.stage, 'creating');
  await volumes.commands.apply(more);
  assert.equal(records.get('more')?.stage, 'ready');
});

test('a failed creation leaves nothing behind, and an interrupted one is finished', async () => {
  const { boot, backend, records, resume } = machine();
  backend.failNext('create', broken());
  await assert.rejects(boot().commands.apply(DATA), { code: 'PROCESS_FAILED' });
  assert.deepEqual(records.list(), []);
  records.declare(DATA, 'of-this-one');
  await resume();
  assert.equal(records.get('data')?.stage, 'ready');
  assert.equal((await backend.list())[0]?.uid, 'of-this-one');
});

test('an interrupted deletion is finished', async () => {
  const { boot, backend, records, resume } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  backend.failNext('remove', broken());
  await assert.rejects(volumes.commands.delete('data', false, signal), { code: 'PROCESS_FAILED' });
  await assert.rejects(
    volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' }),
    {
      code: 'VOLUME_NOT_READY',
    },
  );
  await resume();
  assert.deepEqual([records.list(), await backend.list()], [[], []]);
  assert.equal(await boot().commands.delete('data', false, signal), false);
});

test('one workload holds a volume, also with concurrent requests and after a restart of capsuled', async () => {
  const { boot, released, records } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  const asked = ['a', 'b', 'c'].map((workload) =>
    volumes.attachments.attach('data', { holder: cellOfWorkload(workload), use: 'mounted' }),
  );
  const won = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled');
  assert.equal(won.length, 1);
  await assert.rejects(
    boot().attachments.attach('data', { holder: cellOfWorkload('b'), use: 'mounted' }),
    {
      code: 'VOLUME_IN_USE',
      message: /by a/,
    },
  );
  await boot().attachments.attach('data', { holder: cellOfWorkload('a'), use: 'mounted' });
  await volumes.attachments.release('data', cellOfWorkload('b'));
  assert.deepEqual(records.get('data')?.holder, cellOfWorkload('a'));
  await assert.rejects(volumes.commands.delete('data', true, signal), { code: 'VOLUME_IN_USE' });
  await volumes.attachments.release('data', cellOfWorkload('a'));
  assert.deepEqual(released, ['data']);
  await volumes.attachments.attach('data', { holder: cellOfWorkload('b'), use: 'mounted' });
});

test('a release that fails keeps the lease', async () => {
  const { boot, backend } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  await volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' });
  backend.failNext('detach', broken());
  await assert.rejects(volumes.attachments.release('data', cellOfWorkload('web')), {
    code: 'PROCESS_FAILED',
  });
  await assert.rejects(
    volumes.attachments.attach('data', { holder: cellOfWorkload('other'), use: 'mounted' }),
    {
      code: 'VOLUME_IN_USE',
    },
  );
});

test('a volume that could not grow while it was mounted grows before the next workload mounts it', async () => {
  const { boot, backend } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  await volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' });
  backend.failNext('grow', fakeError('VOLUME_GROWS_DETACHED', 'precondition', 'not now'));
  await assert.rejects(volumes.commands.apply(LARGER), { code: 'VOLUME_GROWS_DETACHED' });
  await volumes.attachments.release('data', cellOfWorkload('web'));
  await volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' });
  assert.equal((await backend.list())[0]?.sizeBytes, LARGER.sizeBytes);
});

test('a volume that a stopped workload names is deleted by force only', async () => {
  const { boot, named } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  named.add('web');
  await assert.rejects(volumes.commands.delete('data', false, signal), { code: 'VOLUME_NAMED' });
  assert.equal(await volumes.commands.delete('data', true, signal), true);
});

test('orphans are shown, and changed on request only', async () => {
  const { boot, backend, resume } = machine();
  const volumes = boot();
  await backend.create({ ...DATA, uid: 'of-before' });
  await resume();
  assert.equal((await volumes.observer.list())[0]?.state, 'orphaned');
  await assert.rejects(volumes.commands.apply(DATA), { code: 'VOLUME_ORPHANED' });
  await assert.rejects(volumes.commands.delete('data', false, signal), { code: 'VOLUME_ORPHANED' });
  await volumes.commands.adopt('data');
  await volumes.commands.adopt('data');
  assert.equal((await volumes.observer.get('data')).state, 'ready');
  await backend.remove('data');
  assert.equal((await volumes.observer.get('data')).state, 'lost');
  await assert.rejects(volumes.commands.adopt('nothing'), { code: 'VOLUME_NOT_FOUND' });
});

test('a clone has the content of its source, and a repeated request succeeds', async () => {
  const { boot, backend, records } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  backend.write('data', 'note', 'kept');
  const to = { name: 'copy', uid: '7c1f5b52-3df0-4b5e-9f0a-3f0b7a1c2d4e' };
  await volumes.copies.clone({ volume: 'data' }, to);
  await volumes.copies.clone({ volume: 'data' }, to);
  assert.equal(backend.read('copy', 'note'), 'kept');
  assert.equal(records.get('copy')?.filling, 'due');
  assert.deepEqual(await backend.listSnapshots(), []);
  const other = volumes.copies.clone({ volume: 'data' }, { ...to, uid: 'x' });
  await assert.rejects(other, { code: 'VOLUME_EXISTS' });
  await assert.rejects(volumes.copies.clone({ volume: 'nothing' }, { name: 'x', uid: 'x' }), {
    code: 'VOLUME_NOT_FOUND',
  });
  backend.failNext('create', broken());
  await assert.rejects(volumes.copies.clone({ volume: 'data' }, { name: 'third', uid: 'x' }), {
    code: 'PROCESS_FAILED',
  });
  assert.equal(records.get('third'), undefined);
  assert.deepEqual(await backend.listSnapshots(), []);
});

test('a restore needs a detached volume, and an interrupted one is finished', async () => {
  const { boot, backend, records, resume } = machine();
  const volumes = boot();
  const ref = { volume: 'data', snapshot: 'first' };
  await volumes.commands.apply(DATA);
  backend.write('data', 'note', 'first');
  await volumes.snapshots.commands.take(ref);
  await volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' });
  await assert.rejects(volumes.copies.restore(ref, { discardCurrent: true }, signal), {
    code: 'VOLUME_IN_USE',
  });
  await volumes.attachments.release('data', cellOfWorkload('web'));
  backend.write('data', 'note', 'second');
  backend.failNext('restore', broken());
  await assert.rejects(volumes.copies.restore(ref, { discardCurrent: true }, signal), {
    code: 'PROCESS_FAILED',
  });
  await assert.rejects(
    volumes.attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' }),
    {
      code: 'VOLUME_NOT_READY',
    },
  );
  await resume();
  assert.equal(records.get('data')?.stage, 'ready');
  assert.equal(backend.read('data', 'note'), 'first');
});

test('a volume with snapshots is deleted with them by force only', async () => {
  const { boot, backend } = machine();
  const volumes = boot();
  await volumes.commands.apply(DATA);
  await volumes.snapshots.commands.take({ volume: 'data', snapshot: 'one' });
  await assert.rejects(volumes.commands.delete('data', false, signal), {
    code: 'VOLUME_HAS_SNAPSHOTS',
  });
  await volumes.commands.delete('data', true, signal);
  assert.deepEqual(await backend.listSnapshots(), []);
  assert.deepEqual(await volumes.snapshots.observer.list(), []);
});
