import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload, type Workload } from '@capsule/core';
import { type Database, migrate, migrateBack, openStore } from '@capsule/engine';
import { fakeOutside } from '@capsule/testkit';
import { bootOnStore } from '../testing/boot-on-store.ts';
import { copyEarlierStore, earlierStores } from '../testing/earlier-store.ts';
import { VolumeRecords } from '../volume/records.ts';
import { MIGRATIONS } from './migrations.ts';

/** The world outside of a capsule with this store: its volumes have storage, and nginx can be pulled. */
async function outsideOfStore(db: Database) {
  const outside = fakeOutside();
  outside.images.offer('docker.io/library/nginx:latest');
  for (const { name, uid, sizeBytes } of new VolumeRecords(db, Date.now).list()) {
    await outside.volumes.backend.create({ name, uid, sizeBytes });
  }
  return outside;
}

const RUNNING = ['web', 'db', 'agent'];
const isUp = ({ status }: Workload) => status.phase === 'running' && status.reason !== 'Paused';

for (const store of await earlierStores()) {
  const { commit, version } = store;

  test(`the cells of a store of commit ${commit} run after its migration`, async () => {
    await using copy = await copyEarlierStore(store);
    const db = openStore(copy.path, MIGRATIONS);
    const outside = await outsideOfStore(db);
    await using daemon = bootOnStore(db, outside);
    for (const name of RUNNING) await daemon.until(name, isUp);
    assert.deepEqual(RUNNING.map(daemon.addressOf), ['172.20.254.2', '172.20.254.3', undefined]);
    const signal = AbortSignal.timeout(10_000);
    assert.ok(await daemon.controller.untilGone(cellOfWorkload('going'), signal));
    assert.equal(daemon.get('idle').status.phase, 'stopped');
    assert.equal(daemon.get('job').status.reason, 'Completed');
    const started = outside.runtime.calls.filter((call) => call.startsWith('start '));
    assert.deepEqual(started.toSorted(), RUNNING.map((name) => `start ${name}`).toSorted());
  });

  test(`running cells of a store of commit ${commit} stay up through its migration`, async () => {
    await using copy = await copyEarlierStore(store);
    const db = openStore(copy.path, MIGRATIONS);
    const outside = await outsideOfStore(db);
    const first = bootOnStore(db, outside);
    for (const name of RUNNING) await first.until(name, isUp);
    const pids = await Promise.all(RUNNING.map(first.pidOf));
    await first[Symbol.asyncDispose]();
    migrateBack(db, MIGRATIONS, version);
    migrate(db, copy.path, MIGRATIONS);
    await using second = bootOnStore(db, outside);
    for (const name of RUNNING) {
      second.commands.apply({ ...second.get(name).spec, labels: { looked: 'at' } });
      await second.until(
        name,
        ({ generation, status }) => status.observedGeneration === generation,
      );
    }
    assert.deepEqual(await Promise.all(RUNNING.map(second.pidOf)), pids);
  });
}
