import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { VOLUME_UNIT_BYTES } from '@capsule/core';
import { createLog, Feed, openStore } from '@capsule/engine';
import { FakeVolumeBackend, noBorrowers, noTransfers } from '@capsule/testkit';
import { Events } from '../store/events.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createVolumes } from './create-volumes.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const GIB = 1024 ** 3;
const filled = (percent: number) => ({
  ...{ totalBytes: 10 * GIB, usedBytes: Math.round((percent / 100) * 10 * GIB) },
});

async function machine(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const db = openStore(':memory:', MIGRATIONS);
  const backend = new FakeVolumeBackend();
  const calls: string[] = [];
  const events = new Events(db);
  const boot = () =>
    createVolumes({
      borrowers: noBorrowers,
      ...{ db, backend, events, now: Date.now, monotonicMs: () => performance.now() },
      ...{ feed: new Feed(), log: createLog(() => undefined), ...noTransfers },
      runtime: {
        pause: async (_cell, name) => void calls.push(`pause ${name}`),
        resume: async (_cell, name) => void calls.push(`resume ${name}`),
      },
      reach: () => undefined,
      namedBy: () => [],
      onRelease: () => undefined,
    });
  const system = boot();
  t.after(() => system[Symbol.dispose]());
  await system.start();
  await system.keeper.apply(DATA);
  await system.keeper.attach('data', { workload: 'web', use: 'mounted' });
  /** As time passes: the next look at the pool. */
  const look = async () => {
    t.mock.timers.tick(30_000);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return { ...system, backend, calls, events, look, boot };
}

test('a pool that is low takes nothing new, and says how full it is', async (t) => {
  const { keeper, copies, snapshotKeeper, backend, calls, events, look } = await machine(t);
  backend.pool = filled(93);
  await look();
  const refused = { code: 'VOLUME_POOL_LOW', message: /9523MiB of 10GiB \(93\.0 %\)/ };
  await assert.rejects(keeper.apply({ ...DATA, name: 'other' }), refused);
  await assert.rejects(keeper.resize({ ...DATA, sizeBytes: 2 * DATA.sizeBytes }), refused);
  await assert.rejects(snapshotKeeper.take({ volume: 'data', snapshot: 'one' }), refused);
  await assert.rejects(copies.clone({ volume: 'data' }, { name: 'copy', uid: 'x' }), refused);
  await keeper.apply(DATA);
  assert.ok(backend.calls.includes('trim'));
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolLow');
  assert.deepEqual(calls, []);
});

test('what has a volume is paused while the pool is full, and goes on', async (t) => {
  const { keeper, backend, calls, events, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  await look();
  assert.deepEqual(calls, ['pause web']);
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolFull');
  backend.pool = filled(50);
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolFine');
  await keeper.apply({ ...DATA, name: 'other' });
});

test('what an earlier capsuled has paused goes on', async (t) => {
  const { boot, calls } = await machine(t);
  const next = boot();
  t.after(() => next[Symbol.dispose]());
  await next.start();
  assert.deepEqual(calls, ['resume web']);
});
