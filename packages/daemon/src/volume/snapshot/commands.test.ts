import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload, type GuestVolumes, VOLUME_UNIT_BYTES } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakeVolumeBackend, fakeError, noGuestVolumes, noTransfers } from '@capsule/testkit';
import { EventHistory } from '../../event/history.ts';
import { MIGRATIONS } from '../../store/migrations.ts';
import { createTestVolumes } from '../../testing/create-test-volumes.ts';
import { VolumeRecords } from '../records.ts';
import { SnapshotRecords } from './records.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const ONE = { volume: 'data', snapshot: 'one' };
const HOUR = 3600_000;
const { signal } = new AbortController();

/** Store and disk, which outlive a capsuled; the clock is set by the tests. */
async function machine() {
  const db = openStore(':memory:', MIGRATIONS);
  const backend = new FakeVolumeBackend();
  const clock: { now: number; ranMs?: number } = { now: Date.UTC(2026, 10, 28) };
  const boot = (guestVolumes: GuestVolumes = noGuestVolumes) =>
    createTestVolumes(db, {
      backend,
      ...noTransfers,
      guestVolumes,
      now: () => clock.now,
      monotonicMs: () => clock.ranMs ?? clock.now,
    });
  await boot().commands.apply(DATA);
  return {
    db,
    backend,
    clock,
    boot,
    records: new SnapshotRecords(db, () => clock.now),
    events: new EventHistory(db),
  };
}

test('a snapshot is taken once, listed, and gone when it is deleted', async () => {
  const { boot } = await machine();
  const { snapshots } = boot();
  await snapshots.commands.take(ONE);
  await assert.rejects(snapshots.commands.take(ONE), { code: 'SNAPSHOT_EXISTS' });
  const [shown] = await snapshots.observer.list('data');
  assert.deepEqual([shown?.snapshot, shown?.state], ['one', 'ready']);
  await assert.rejects(snapshots.commands.take({ volume: 'data', snapshot: '../x' }), {
    code: 'SNAPSHOT_NAME_INVALID',
  });
  const missing = snapshots.commands.take({ volume: 'nothing', snapshot: 'one' });
  await assert.rejects(missing, { code: 'VOLUME_NOT_FOUND' });
  assert.equal(await snapshots.commands.delete(ONE), true);
  assert.equal(await snapshots.commands.delete(ONE), false);
  assert.throws(() => snapshots.records.ready(ONE), { code: 'SNAPSHOT_NOT_FOUND' });
});

test('a failed snapshot leaves nothing; an interrupted one is undone or finished', async () => {
  const { boot, backend, records } = await machine();
  backend.failNext('snapshot', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  await assert.rejects(boot().snapshots.commands.take(ONE), { code: 'PROCESS_FAILED' });
  assert.deepEqual(records.list(), []);
  records.declare('one', 'asked', boot().records.volumes.ready('data'));
  await backend.snapshot(ONE);
  const two = { volume: 'data', snapshot: 'two' };
  await boot().snapshots.commands.take(two);
  backend.failNext('removeSnapshot', fakeError('PROCESS_FAILED', 'internal', 'no'));
  await assert.rejects(boot().snapshots.commands.delete(two), { code: 'PROCESS_FAILED' });
  assert.throws(() => boot().snapshots.records.ready(two), { code: 'SNAPSHOT_NOT_READY' });
  await boot().snapshots.reconciler.tidy();
  assert.deepEqual([records.list(), await backend.listSnapshots()], [[], []]);
});

test('a volume that is not ready is described in words', async () => {
  const { boot, backend } = await machine();
  const { commands, snapshots } = boot();
  backend.failNext('remove', fakeError('PROCESS_FAILED', 'internal', 'no'));
  await assert.rejects(commands.delete('data', false, signal), { code: 'PROCESS_FAILED' });
  await assert.rejects(snapshots.commands.take(ONE), {
    code: 'VOLUME_NOT_READY',
    message: 'volume data is still being deleted',
  });
});

test('a guest that borrows the volume freezes it, and no snapshot is kept if it did not', async () => {
  const { boot, backend, records } = await machine();
  const asked: string[] = [];
  const guestVolumes: GuestVolumes = {
    ...noGuestVolumes,
    whileStill: async ({ container }, volume, work) => {
      asked.push(`${container} ${volume}`);
      await work();
      throw fakeError('MICROVM_AGENT_SILENT', 'unavailable', 'let go');
    },
  };
  const { attachments, snapshots } = boot(guestVolumes);
  await attachments.attach('data', { holder: cellOfWorkload('vm'), use: 'lent' });
  await assert.rejects(snapshots.commands.take(ONE), { code: 'MICROVM_AGENT_SILENT' });
  assert.deepEqual(asked, ['vm data']);
  assert.deepEqual([records.list(), await backend.listSnapshots()], [[], []]);
});

test('a snapshot for an export stays a day, and is not listed', async () => {
  const { boot, clock, records } = await machine();
  const { snapshots } = boot();
  await snapshots.commands.take(ONE, 'export');
  assert.deepEqual(await snapshots.observer.list(), []);
  await snapshots.reconciler.tidy();
  assert.equal(records.list().length, 1);
  clock.now += 25 * HOUR;
  await snapshots.reconciler.tidy();
  assert.deepEqual(records.list(), []);
});

test('storage without a record is shown, and changed on request only', async () => {
  const { boot, backend } = await machine();
  const { snapshots } = boot();
  await backend.snapshot(ONE);
  assert.equal((await snapshots.observer.list())[0]?.state, 'orphaned');
  await assert.rejects(snapshots.commands.take(ONE), { code: 'SNAPSHOT_ORPHANED' });
  await assert.rejects(snapshots.commands.delete(ONE), { code: 'SNAPSHOT_ORPHANED' });
  await snapshots.commands.adopt(ONE);
  await snapshots.commands.adopt(ONE);
  assert.equal((await snapshots.observer.list())[0]?.state, 'ready');
  await backend.removeSnapshot(ONE);
  assert.equal((await snapshots.observer.list())[0]?.state, 'lost');
});

test('a schedule takes a snapshot when it is due, and keeps the configured number', async () => {
  const { boot, clock, records, events, backend } = await machine();
  const system = boot();
  const round = async () => {
    await system.start();
    await system.snapshots.scheduler.settled();
    return records.list().map(({ snapshot }) => snapshot);
  };
  await system.commands.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 2 } });
  await system.snapshots.commands.take(ONE);
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

test('names derived from the time are unique, also twice in a second', async () => {
  const { boot, backend, records } = await machine();
  const { snapshots, copies } = boot();
  const name = 'before-restore-20261128-000000';
  await backend.snapshot({ volume: 'data', snapshot: `${name}-2` });
  const takes = () => snapshots.commands.takeNext('data', 'before-restore', 'asked');
  assert.deepEqual(await Promise.all([takes(), takes()]), [name, `${name}-3`]);
  assert.equal(records.list().length, 2);
  const clones = ['one', 'two'].map((to) =>
    copies.clone({ volume: 'data' }, { name: to, uid: to }),
  );
  await Promise.all(clones);
});

test('clones and restores of a partly filled volume are partly filled, too', async () => {
  const { boot, db, clock } = await machine();
  const volumes = new VolumeRecords(db, () => clock.now);
  const { snapshots, copies } = boot();
  volumes.markFilling('data', 'underway');
  await snapshots.commands.take(ONE);
  volumes.markFilling('data', 'done');
  await copies.clone(ONE, { name: 'half', uid: 'half' });
  await copies.clone({ volume: 'data' }, { name: 'whole', uid: 'whole' });
  const filling = (name: string) => volumes.get(name)?.filling;
  assert.deepEqual(['half', 'whole'].map(filling), ['underway', 'done']);
  await copies.restore(ONE, { discardCurrent: true }, signal);
  assert.equal(filling('data'), 'underway');
});

test('scheduled snapshots survive a clock that is set back, or was ahead for a while', async () => {
  const { boot, clock, records } = await machine();
  const system = boot();
  const round = async () => {
    system.snapshots.scheduler.wake();
    await system.snapshots.scheduler.settled();
    return records.list().map(({ createdAt }) => createdAt);
  };
  await system.commands.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 3 } });
  await system.snapshots.scheduler.settled();
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
    next.snapshots.scheduler.wake();
    await next.snapshots.scheduler.settled();
    return records.list().at(-1)?.createdAt;
  };
  assert.equal(await look(), right + HOUR);
  Object.assign(clock, { now: HOUR, ranMs: HOUR });
  assert.equal(await look(), HOUR);
  next[Symbol.dispose]();
});

test('a disk that refuses snapshots and events is retried, and reported once', async () => {
  const { boot, db, clock, records, events, backend } = await machine();
  const system = boot();
  const round = async () => {
    clock.now += 20 * 60_000;
    system.snapshots.scheduler.wake();
    await system.snapshots.scheduler.settled();
  };
  await system.commands.apply({ ...DATA, snapshotSchedule: { everySeconds: 60, keep: 2 } });
  await system.snapshots.scheduler.settled();
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
  assert.equal(records.list().length, 2);
  system[Symbol.dispose]();
});

test('an unreadable store is read again, and a schedule set meanwhile is followed', async () => {
  const { boot, db, clock, records } = await machine();
  const system = boot();
  await system.commands.apply({ ...DATA, snapshotSchedule: { everySeconds: 3600, keep: 2 } });
  await system.snapshots.scheduler.settled();
  db.exec('ALTER TABLE snapshot RENAME TO hidden');
  clock.now += HOUR;
  system.snapshots.scheduler.wake();
  await system.snapshots.scheduler.settled();
  db.exec('ALTER TABLE hidden RENAME TO snapshot');
  system.snapshots.scheduler.wake();
  system.snapshots.scheduler.wake();
  await system.snapshots.scheduler.settled();
  assert.equal(records.list().length, 2);
  system[Symbol.dispose]();
});

test('a snapshot whose volume is gone becomes a volume of the same name', async () => {
  const { boot, backend } = await machine();
  const { copies, commands, observer, snapshots } = boot();
  await commands.delete('data', false, signal);
  // The disk was put back without the store: storage that no row refers to.
  await backend.create({ ...DATA, uid: 'x' });
  await backend.snapshot(ONE);
  await backend.remove('data');
  await snapshots.commands.adopt(ONE);
  await copies.clone({ volume: 'data', snapshot: 'one' }, { name: 'data', uid: 'y' });
  assert.equal((await observer.get('data')).state, 'ready');
});
