import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOLUME_UNIT_BYTES, type VolumeBorrowers } from '@capsule/core';
import { createLog, Feed, openStore } from '@capsule/engine';
import { FakeVolumeBackend, fakeError, noBorrowers, noTransfers } from '@capsule/testkit';
import { Events } from '../store/events.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { Snapshots } from '../store/snapshots.ts';
import { Volumes } from '../store/volumes.ts';
import { createRecords } from '../system/records.ts';
import { createVolumes } from '../system/volumes.ts';
import { noPauses } from '../testing/no-pauses.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const ONE = { volume: 'data', snapshot: 'one' };
const HOUR = 3600_000;

/** Store and disk, which outlive a keeper; the clock is set by the tests. */
async function machine() {
  const db = openStore(':memory:', MIGRATIONS);
  const backend = new FakeVolumeBackend();
  const clock: { now: number; ranMs?: number } = { now: Date.UTC(2026, 10, 28) };
  const boot = (borrowers: VolumeBorrowers = noBorrowers) =>
    createVolumes(
      {
        db,
        feed: new Feed(db),
        log: createLog(() => undefined),
        now: () => clock.now,
        monotonicMs: () => clock.ranMs ?? clock.now,
      },
      {
        records: createRecords(db, '172.20.254.0/24'),
        ports: { backend, ...noTransfers, borrowers, reach: () => undefined },
        pauses: noPauses,
        files: { copyOut: () => assert.fail('nobody copies') },
        users: { namedBy: () => [], isStopping: () => false, onRelease: () => undefined },
      },
    );
  await boot().keeper.apply(DATA);
  return { db, backend, clock, boot, snapshots: new Snapshots(db), events: new Events(db) };
}

test('a snapshot is taken once, listed, and gone when it is deleted', async () => {
  const { boot } = await machine();
  const { snapshotKeeper } = boot();
  await snapshotKeeper.take(ONE);
  await assert.rejects(snapshotKeeper.take(ONE), { code: 'SNAPSHOT_EXISTS' });
  const [shown] = await snapshotKeeper.list('data');
  assert.deepEqual([shown?.snapshot, shown?.state], ['one', 'ready']);
  await assert.rejects(snapshotKeeper.take({ volume: 'data', snapshot: '../x' }), {
    code: 'SNAPSHOT_NAME_INVALID',
  });
  const missing = snapshotKeeper.take({ volume: 'nothing', snapshot: 'one' });
  await assert.rejects(missing, { code: 'VOLUME_NOT_FOUND' });
  assert.equal(await snapshotKeeper.delete(ONE), true);
  assert.equal(await snapshotKeeper.delete(ONE), false);
  assert.throws(() => snapshotKeeper.ready(ONE), { code: 'SNAPSHOT_NOT_FOUND' });
});

test('one that fails leaves nothing; what was cut short is undone or finished', async () => {
  const { boot, backend, snapshots } = await machine();
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  await assert.rejects(boot().snapshotKeeper.take(ONE), { code: 'PROCESS_FAILED' });
  assert.deepEqual(snapshots.list(), []);
  const { sizeBytes } = DATA;
  snapshots.insert({ ...ONE, origin: 'asked', sizeBytes, filling: 'done', createdAt: 1 });
  await backend.snapshot(ONE);
  const two = { volume: 'data', snapshot: 'two' };
  await boot().snapshotKeeper.take(two);
  backend.failNext('removeSnapshot', fakeError('PROCESS_FAILED', 'internal', 'no'));
  await assert.rejects(boot().snapshotKeeper.delete(two), { code: 'PROCESS_FAILED' });
  assert.throws(() => boot().snapshotKeeper.ready(two), { code: 'SNAPSHOT_NOT_READY' });
  await boot().snapshotKeeper.tidy();
  assert.deepEqual([snapshots.list(), await backend.listSnapshots()], [[], []]);
});

test('a volume that is not ready is described in words', async () => {
  const { boot, backend } = await machine();
  const { keeper, snapshotKeeper } = boot();
  backend.failNext('remove', fakeError('PROCESS_FAILED', 'internal', 'no'));
  await assert.rejects(keeper.delete('data'), { code: 'PROCESS_FAILED' });
  await assert.rejects(snapshotKeeper.take(ONE), {
    code: 'VOLUME_NOT_READY',
    message: 'volume data is still being deleted',
  });
});

test('one to whom the volume is lent is asked to hold still, and none is kept when it did not', async () => {
  const { boot, backend, snapshots } = await machine();
  const asked: string[] = [];
  const borrowers: VolumeBorrowers = {
    ...noBorrowers,
    whileStill: async ({ container }, volume, work) => {
      asked.push(`${container} ${volume}`);
      await work();
      throw fakeError('MICROVM_AGENT_SILENT', 'unavailable', 'let go');
    },
  };
  const { keeper, snapshotKeeper } = boot(borrowers);
  await keeper.attach('data', { workload: 'vm', use: 'lent' });
  await assert.rejects(snapshotKeeper.take(ONE), { code: 'MICROVM_AGENT_SILENT' });
  assert.deepEqual(asked, ['vm data']);
  assert.deepEqual([snapshots.list(), await backend.listSnapshots()], [[], []]);
});

test('what serves an export stays a day, and is nothing for people to see', async () => {
  const { boot, clock, snapshots } = await machine();
  const { snapshotKeeper } = boot();
  await snapshotKeeper.take(ONE, 'export');
  assert.deepEqual(await snapshotKeeper.list(), []);
  await snapshotKeeper.tidy();
  assert.equal(snapshots.list().length, 1);
  clock.now += 25 * HOUR;
  await snapshotKeeper.tidy();
  assert.deepEqual(snapshots.list(), []);
});

test('storage without a record is shown, and touched by who asks for it only', async () => {
  const { boot, backend } = await machine();
  const { snapshotKeeper } = boot();
  await backend.snapshot(ONE);
  assert.equal((await snapshotKeeper.list())[0]?.state, 'orphaned');
  await assert.rejects(snapshotKeeper.take(ONE), { code: 'SNAPSHOT_ORPHANED' });
  await assert.rejects(snapshotKeeper.delete(ONE), { code: 'SNAPSHOT_ORPHANED' });
  await snapshotKeeper.adopt(ONE);
  await snapshotKeeper.adopt(ONE);
  assert.equal((await snapshotKeeper.list())[0]?.state, 'ready');
  await backend.removeSnapshot(ONE);
  assert.equal((await snapshotKeeper.list())[0]?.state, 'lost');
});

test('a schedule takes one when it is due, and keeps as many as wished', async () => {
  const { boot, clock, snapshots, events, backend } = await machine();
  const system = boot();
  const round = async () => {
    await system.start();
    await system.scheduler.settled();
    return snapshots.list().map(({ snapshot }) => snapshot);
  };
  await system.keeper.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 2 } });
  await system.snapshotKeeper.take(ONE);
  assert.deepEqual(await round(), ['one', 'auto-20261128-000000']);
  clock.now += HOUR - 1000;
  assert.equal((await round()).length, 2);
  clock.now += 1000;
  assert.equal((await round()).length, 3);
  clock.now += 48 * HOUR;
  const expected = ['one', 'auto-20261128-010000', 'auto-20261130-010000'];
  assert.deepEqual(await round(), expected);
  clock.now += HOUR;
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  assert.deepEqual(await round(), expected);
  assert.equal(events.list('volume/data', 1)[0]?.reason, 'SnapshotFailed');
  assert.deepEqual(await round(), expected);
  clock.now += 60_000;
  assert.equal((await round()).at(-1), 'auto-20261130-020100');
  system[Symbol.dispose]();
});

test('names made of the time are free ones, also twice in a second', async () => {
  const { boot, backend, snapshots } = await machine();
  const { snapshotKeeper, copies } = boot();
  const name = 'before-restore-20261128-000000';
  await backend.snapshot({ volume: 'data', snapshot: `${name}-2` });
  const takes = () => snapshotKeeper.takeNext('data', 'before-restore', 'asked');
  assert.deepEqual(await Promise.all([takes(), takes()]), [name, `${name}-3`]);
  assert.equal(snapshots.list().length, 2);
  const clones = ['one', 'two'].map((to) =>
    copies.clone({ volume: 'data' }, { name: to, uid: to }),
  );
  await Promise.all(clones);
});

test('a volume that was half filled is that in its clones, and when it is restored', async () => {
  const { boot, db } = await machine();
  const volumes = new Volumes(db);
  const { snapshotKeeper, copies } = boot();
  volumes.setFilling('data', 'underway');
  await snapshotKeeper.take(ONE);
  volumes.setFilling('data', 'done');
  await copies.clone(ONE, { name: 'half', uid: 'half' });
  await copies.clone({ volume: 'data' }, { name: 'whole', uid: 'whole' });
  const filling = (name: string) => volumes.get(name)?.filling;
  assert.deepEqual(['half', 'whole'].map(filling), ['underway', 'done']);
  await copies.restore(ONE);
  assert.equal(filling('data'), 'underway');
});

test('scheduled snapshots survive a clock that is set back, or was ahead for a while', async () => {
  const { boot, clock, snapshots } = await machine();
  const system = boot();
  const round = async () => {
    system.scheduler.wake();
    await system.scheduler.settled();
    return snapshots.list().map(({ createdAt }) => createdAt);
  };
  await system.keeper.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 3 } });
  await system.scheduler.settled();
  const start = clock.now;
  const ahead = start + 4 * 365 * 24 * HOUR;
  const at = (now: number, ranMs: number) => {
    Object.assign(clock, { now, ranMs });
    return round();
  };
  assert.deepEqual(await at(ahead, 0.1 * HOUR), [start, ahead]);
  assert.deepEqual(await at(ahead + HOUR, 1.1 * HOUR), [start, ahead, ahead + HOUR]);
  // Set right: the next one comes when a period has passed, and goes before those that were taken earlier.
  assert.equal((await at(start + 1.5 * HOUR, 1.6 * HOUR)).at(-1), ahead + HOUR);
  const right = start + 2 * HOUR;
  assert.deepEqual(await at(right, 2.2 * HOUR), [ahead, ahead + HOUR, right]);
  assert.deepEqual(await at(right + 60_000, 2.3 * HOUR), [ahead, ahead + HOUR, right]);
  assert.deepEqual(await at(right + HOUR, 3.2 * HOUR), [ahead + HOUR, right, right + HOUR]);
  system[Symbol.dispose]();
  // A boot with a clock at 1970 is no reason for one.
  Object.assign(clock, { now: 1000, ranMs: 0 });
  const next = boot();
  const look = async () => {
    next.scheduler.wake();
    await next.scheduler.settled();
    return snapshots.list().at(-1)?.createdAt;
  };
  assert.equal(await look(), right + HOUR);
  Object.assign(clock, { now: HOUR, ranMs: HOUR });
  assert.equal(await look(), HOUR);
  next[Symbol.dispose]();
});

test('a disk that takes neither snapshot nor event is waited for, and reported once', async () => {
  const { boot, db, clock, snapshots, events, backend } = await machine();
  const system = boot();
  const round = async () => {
    clock.now += 20 * 60_000;
    system.scheduler.wake();
    await system.scheduler.settled();
  };
  await system.keeper.apply({ ...DATA, snapshotSchedule: { everySeconds: 60, keep: 2 } });
  await system.scheduler.settled();
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON main.event
           BEGIN SELECT RAISE(ABORT, 'full'); END`);
  await round();
  db.exec('DROP TRIGGER full');
  await round();
  await round();
  const failures = events
    .list('volume/data', 10)
    .filter(({ reason }) => reason === 'SnapshotFailed');
  assert.equal(failures.length, 1);
  await round();
  assert.equal(snapshots.list().length, 2);
  system[Symbol.dispose]();
});

test('a store that cannot be read is looked at again, and a schedule set meanwhile is served', async () => {
  const { boot, db, clock, snapshots } = await machine();
  const system = boot();
  await system.keeper.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 2 } });
  await system.scheduler.settled();
  db.exec('ALTER TABLE snapshot RENAME TO hidden');
  clock.now += HOUR;
  system.scheduler.wake();
  await system.scheduler.settled();
  db.exec('ALTER TABLE hidden RENAME TO snapshot');
  system.scheduler.wake();
  system.scheduler.wake();
  await system.scheduler.settled();
  assert.equal(snapshots.list().length, 2);
  system[Symbol.dispose]();
});

test('a snapshot whose volume is gone becomes a volume of the same name', async () => {
  const { boot, backend } = await machine();
  const { copies, keeper, snapshotKeeper } = boot();
  await keeper.delete('data');
  // The disk was put back without the store: storage that no row refers to.
  await backend.create({ ...DATA, uid: 'x' });
  await backend.snapshot(ONE);
  await backend.remove('data');
  await snapshotKeeper.adopt(ONE);
  await copies.clone({ volume: 'data', snapshot: 'one' }, { name: 'data', uid: 'y' });
  assert.equal((await keeper.get('data')).state, 'ready');
});
