import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOLUME_UNIT_BYTES } from '@capsule/core';
import { createLog, Feed, openStore } from '@capsule/engine';
import { FakeVolumeBackend, fakeError, noBorrowers, noTransfers } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { Volumes } from '../store/volumes.ts';
import { createRecords } from '../system/records.ts';
import { createVolumes } from '../system/volumes.ts';
import { noPauses } from '../testing/no-pauses.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const LARGER = { name: 'data', sizeBytes: 128 * VOLUME_UNIT_BYTES };

/** Store and disk, which outlive a keeper. */
function machine() {
  const db = openStore(':memory:', MIGRATIONS);
  const volumes = new Volumes(db);
  const backend = new FakeVolumeBackend();
  const named = new Set<string>();
  const released: string[] = [];
  const create = () =>
    createVolumes(
      {
        db,
        feed: new Feed(db),
        log: createLog(() => undefined),
        now: Date.now,
        monotonicMs: () => performance.now(),
      },
      {
        records: createRecords(db, '172.20.254.0/24'),
        ports: {
          backend,
          ...noTransfers,
          uploads: { ...noTransfers.uploads, open: async () => 5 },
          borrowers: noBorrowers,
          reach: () => undefined,
        },
        pauses: noPauses,
        files: { copyOut: () => assert.fail('nobody copies') },
        users: {
          namedBy: () => [...named],
          isStopping: () => false,
          onRelease: (name) => released.push(name),
        },
      },
    );
  return {
    volumes,
    backend,
    named,
    released,
    create,
    boot: () => create().keeper,
    resume: () => create().steps.resume(),
  };
}

const broken = () => fakeError('PROCESS_FAILED', 'internal', 'the disk is gone');

test('a volume is made once, and grows', async () => {
  const { boot } = machine();
  const keeper = boot();
  const rehearsed = await keeper.apply(DATA, { dryRun: true });
  assert.deepEqual([rehearsed.change, (await keeper.list()).length], ['created', 0]);
  assert.equal((await keeper.apply(DATA)).change, 'created');
  assert.equal((await keeper.apply(DATA)).change, 'unchanged');
  const { change, fields } = await keeper.apply(LARGER);
  assert.deepEqual(
    [change, fields[0]?.before, fields[0]?.after],
    ['configured', '64MiB', '128MiB'],
  );
  await assert.rejects(keeper.apply(DATA), { code: 'VOLUME_SHRINKS' });
  await assert.rejects(keeper.create(DATA), { code: 'VOLUME_EXISTS' });
  await keeper.create(LARGER);
  assert.deepEqual(
    (await keeper.list()).map(({ name, sizeBytes, state }) => [name, sizeBytes, state]),
    [['data', LARGER.sizeBytes, 'ready']],
  );
});

test('an import that was cut short is begun again, also before capsuled has cleared it away', async () => {
  const { create, backend, volumes } = machine();
  const record = { ...DATA, uid: 'half', createdAt: 1 };
  const upload = { name: 'data', id: '0'.repeat(32) };
  volumes.insert(record);
  volumes.setStage('data', 'importing');
  await backend.create(record);
  const { importer } = create();
  assert.equal(await importer.begin(upload), 5);
  assert.deepEqual([volumes.list(), await backend.list()], [[], []]);
  await create().keeper.create(DATA);
  await assert.rejects(importer.begin(upload), { code: 'VOLUME_EXISTS' });
});

test('a creation that fails is undone when it answers, also where the disk does not answer then', async () => {
  const { boot, backend, volumes } = machine();
  const keeper = boot();
  const list = backend.list.bind(backend);
  backend.list = async () => {
    await new Promise(setImmediate);
    return list();
  };
  backend.failNext('create', broken());
  await assert.rejects(keeper.apply(DATA), { code: 'PROCESS_FAILED' });
  assert.deepEqual(volumes.list(), []);
  // The next one is not taken for what is left of the first.
  assert.equal((await keeper.apply(DATA)).change, 'created');
  await new Promise(setImmediate);
  assert.deepEqual(
    (await keeper.list()).map(({ name, state }) => [name, state]),
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
  await assert.rejects(keeper.apply(more), { code: 'PROCESS_FAILED' });
  assert.equal(volumes.get('more')?.stage, 'creating');
  await keeper.apply(more);
  assert.equal(volumes.get('more')?.stage, 'ready');
});

test('a creation that fails leaves nothing, and one that was cut short is finished', async () => {
  const { boot, backend, volumes, resume } = machine();
  backend.failNext('create', broken());
  await assert.rejects(boot().apply(DATA), { code: 'PROCESS_FAILED' });
  assert.deepEqual(volumes.list(), []);
  volumes.insert({ ...DATA, uid: 'of-this-one', createdAt: 1 });
  await resume();
  assert.equal(volumes.get('data')?.stage, 'ready');
  assert.equal((await backend.list())[0]?.uid, 'of-this-one');
});

test('a deletion that was cut short is finished', async () => {
  const { boot, backend, volumes, resume } = machine();
  const keeper = boot();
  await keeper.apply(DATA);
  backend.failNext('remove', broken());
  await assert.rejects(keeper.delete('data'), { code: 'PROCESS_FAILED' });
  await assert.rejects(keeper.attach('data', { workload: 'web', use: 'mounted' }), {
    code: 'VOLUME_NOT_READY',
  });
  await resume();
  assert.deepEqual([volumes.list(), await backend.list()], [[], []]);
  assert.equal(await boot().delete('data'), false);
});

test('one workload holds it, also when many ask at once and capsuled is another one', async () => {
  const { boot, released } = machine();
  const keeper = boot();
  await keeper.apply(DATA);
  const asked = ['a', 'b', 'c'].map((workload) =>
    keeper.attach('data', { workload, use: 'mounted' }),
  );
  const won = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled');
  assert.equal(won.length, 1);
  await assert.rejects(boot().attach('data', { workload: 'b', use: 'mounted' }), {
    code: 'VOLUME_IN_USE',
    message: /by a/,
  });
  await boot().attach('data', { workload: 'a', use: 'mounted' });
  await keeper.release('data', 'b');
  assert.equal(keeper.holderOf('data'), 'a');
  await assert.rejects(keeper.delete('data', { force: true }), { code: 'VOLUME_IN_USE' });
  await keeper.release('data', 'a');
  assert.deepEqual(released, ['data']);
  await keeper.attach('data', { workload: 'b', use: 'mounted' });
});

test('a release that fails keeps the lease', async () => {
  const { boot, backend } = machine();
  const keeper = boot();
  await keeper.apply(DATA);
  await keeper.attach('data', { workload: 'web', use: 'mounted' });
  backend.failNext('detach', broken());
  await assert.rejects(keeper.release('data', 'web'), { code: 'PROCESS_FAILED' });
  await assert.rejects(keeper.attach('data', { workload: 'other', use: 'mounted' }), {
    code: 'VOLUME_IN_USE',
  });
});

test('what could not grow under its holder grows before the next one has it', async () => {
  const { boot, backend } = machine();
  const keeper = boot();
  await keeper.apply(DATA);
  await keeper.attach('data', { workload: 'web', use: 'mounted' });
  backend.failNext('grow', fakeError('VOLUME_GROWS_DETACHED', 'precondition', 'not now'));
  await assert.rejects(keeper.apply(LARGER), { code: 'VOLUME_GROWS_DETACHED' });
  await keeper.release('data', 'web');
  await keeper.attach('data', { workload: 'web', use: 'mounted' });
  assert.equal((await backend.list())[0]?.sizeBytes, LARGER.sizeBytes);
});

test('a volume that a stopped workload names is deleted by force only', async () => {
  const { boot, named } = machine();
  const keeper = boot();
  await keeper.apply(DATA);
  named.add('web');
  await assert.rejects(keeper.delete('data'), { code: 'VOLUME_NAMED' });
  assert.equal(await keeper.delete('data', { force: true }), true);
});

test('orphans are shown, and touched by nobody who did not ask for it', async () => {
  const { boot, backend, resume } = machine();
  const keeper = boot();
  await backend.create({ ...DATA, uid: 'of-before' });
  await resume();
  assert.equal((await keeper.list())[0]?.state, 'orphaned');
  await assert.rejects(keeper.apply(DATA), { code: 'VOLUME_ORPHANED' });
  await assert.rejects(keeper.delete('data'), { code: 'VOLUME_ORPHANED' });
  await keeper.adopt('data');
  await keeper.adopt('data');
  assert.equal((await keeper.get('data')).state, 'ready');
  await backend.remove('data');
  assert.equal((await keeper.get('data')).state, 'lost');
  await assert.rejects(keeper.adopt('nothing'), { code: 'VOLUME_NOT_FOUND' });
});

test('a clone has what its source had, and the same again is one', async () => {
  const { create, backend, volumes } = machine();
  const { keeper, copies } = create();
  await keeper.apply(DATA);
  backend.write('data', 'note', 'kept');
  const to = { name: 'copy', uid: '7c1f5b52-3df0-4b5e-9f0a-3f0b7a1c2d4e' };
  await copies.clone({ volume: 'data' }, to);
  await copies.clone({ volume: 'data' }, to);
  assert.equal(backend.read('copy', 'note'), 'kept');
  assert.equal(volumes.get('copy')?.filling, 'due');
  assert.deepEqual(await backend.listSnapshots(), []);
  const other = copies.clone({ volume: 'data' }, { ...to, uid: 'x' });
  await assert.rejects(other, { code: 'VOLUME_EXISTS' });
  await assert.rejects(copies.clone({ volume: 'nothing' }, { name: 'x', uid: 'x' }), {
    code: 'VOLUME_NOT_FOUND',
  });
  backend.failNext('create', broken());
  await assert.rejects(copies.clone({ volume: 'data' }, { name: 'third', uid: 'x' }), {
    code: 'PROCESS_FAILED',
  });
  assert.equal(volumes.get('third'), undefined);
  assert.deepEqual(await backend.listSnapshots(), []);
});

test('a restore needs a detached volume, and is finished when it was cut short', async () => {
  const { create, backend, volumes, resume } = machine();
  const { keeper, copies, snapshotKeeper } = create();
  const ref = { volume: 'data', snapshot: 'first' };
  await keeper.apply(DATA);
  backend.write('data', 'note', 'first');
  await snapshotKeeper.take(ref);
  await keeper.attach('data', { workload: 'web', use: 'mounted' });
  await assert.rejects(copies.restore(ref), { code: 'VOLUME_IN_USE' });
  await keeper.release('data', 'web');
  backend.write('data', 'note', 'second');
  backend.failNext('restore', broken());
  await assert.rejects(copies.restore(ref), { code: 'PROCESS_FAILED' });
  await assert.rejects(keeper.attach('data', { workload: 'web', use: 'mounted' }), {
    code: 'VOLUME_NOT_READY',
  });
  await resume();
  assert.equal(volumes.get('data')?.stage, 'ready');
  assert.equal(backend.read('data', 'note'), 'first');
});

test('a volume with snapshots is deleted with them by force only', async () => {
  const { create, backend } = machine();
  const { keeper, snapshotKeeper } = create();
  await keeper.apply(DATA);
  await snapshotKeeper.take({ volume: 'data', snapshot: 'one' });
  await assert.rejects(keeper.delete('data'), { code: 'VOLUME_HAS_SNAPSHOTS' });
  await keeper.delete('data', { force: true });
  assert.deepEqual(await backend.listSnapshots(), []);
  assert.deepEqual(await snapshotKeeper.list(), []);
});
