import assert from 'node:assert/strict';
import { copyFile, glob, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import {
  cellOfWorkload,
  completeSpec,
  containerKey,
  FIRST_STATUS,
  refOfWorkload,
  subjectFromName,
  type WorkloadSpec,
} from '@capsule/core';
import { Database, migrate, migrateBack, openStore, type Row } from '@capsule/engine';
import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { PauseRecords } from '../pause/records.ts';
import { RegistryRecords } from '../registry/records.ts';
import { VolumeRecords } from '../volume/records.ts';
import { SnapshotRecords } from '../volume/snapshot/records.ts';
import { Addresses } from './addresses.ts';
import { GoodSpecs } from './good-specs.ts';
import { MIGRATIONS } from './migrations.ts';
import { WorkloadSpecs } from './workload-specs.ts';
import { WorkloadStatuses } from './workload-statuses.ts';

const FOLDER = join(import.meta.dirname, 'fixtures');
const FIXTURES = await Array.fromAsync(glob('*.db', { cwd: FOLDER }));
/** The last version that has workloads in the place of cells. */
const FLAT = 8;

/** The rows of every table; what is JSON is compared as what it says. */
function contentOf(db: Database): Readonly<Record<string, readonly Row[]>> {
  const tables = db.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  return Object.fromEntries(
    tables.map(({ name }) => [
      String(name),
      db.all(`SELECT * FROM ${name} ORDER BY 1, 2`).map(read),
    ]),
  );
}

function read(row: Row): Row {
  const { body } = row;
  return { ...row, ...(typeof body === 'string' && { body: JSON.parse(body) }) };
}

async function open(fixture: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'capsule-earlier-'));
  const path = join(folder.path, 'state.db');
  await copyFile(join(FOLDER, fixture), path);
  return { path, [Symbol.asyncDispose]: () => folder.remove() };
}

for (const fixture of FIXTURES) {
  const commit = basename(fixture, '.db');

  test(`a store of commit ${commit} reads the same after its migration`, async () => {
    await using copy = await open(fixture);
    const old = new Database(copy.path);
    const before = contentOf(old);
    old.close();
    const db = openStore(copy.path, MIGRATIONS);
    const specs = new WorkloadSpecs(db);
    const rows = before['workload_spec'] ?? [];
    assert.equal(rows.length, 7);
    assert.equal(specs.list().length, 7);
    for (const row of rows) {
      const ref = refOfWorkload(String(row['name']));
      const record = specs.get(ref.container);
      const { uid, generation, desired, revision, run } = row;
      assert.deepEqual(record, {
        ref,
        role: 'root',
        uid,
        generation,
        desired,
        revision,
        run,
        createdAt: row['created_at'],
        spec: completeSpec(row['body'] as WorkloadSpec),
        ...(row['stop_grace_ms'] === null ? {} : { stopGraceMs: row['stop_grace_ms'] }),
      });
      const status = before['workload_status']?.find(({ name }) => name === row['name'])?.['body'];
      assert.deepEqual(new WorkloadStatuses(db).get(ref), {
        ...FIRST_STATUS,
        ...(status as object),
      });
    }
    db.close();
  });

  test(`a store of commit ${commit} keeps everything beside workloads`, async () => {
    await using copy = await open(fixture);
    const db = openStore(copy.path, MIGRATIONS);
    const web = new WorkloadSpecs(db).get('web');
    assert.ok(web !== undefined);
    assert.deepEqual(new GoodSpecs(db).get(web), { generation: 1, spec: web.spec });
    assert.deepEqual(
      ['web', 'db', 'agent'].map((name) =>
        new Addresses(db, () => '172.20.254.0/24').get(refOfWorkload(name).cell),
      ),
      ['172.20.254.2', '172.20.254.3', undefined],
    );
    assert.deepEqual(
      new PauseRecords(db)
        .heldFor('poolFull')
        .map(({ container }) => container)
        .sort(),
      ['db', 'web'],
    );
    assert.deepEqual(
      new VolumeRecords(db, Date.now)
        .list()
        .map(({ name, stage, holder }) => [name, stage, holder]),
      [
        ['cache', 'ready', cellOfWorkload('db')],
        ['data', 'ready', cellOfWorkload('web')],
        ['spare', 'ready', undefined],
      ],
    );
    assert.deepEqual(new VolumeRecords(db, Date.now).get('data')?.snapshotSchedule, {
      everySeconds: 3600,
      keep: 3,
    });
    assert.equal(new SnapshotRecords(db, Date.now).of('data').length, 2);
    assert.deepEqual(
      new EventHistory(db).list(subjectFromName('job'), 10).map(({ reason }) => reason),
      ['Applied', 'Starting', 'Running', 'Exited', 'Completed'],
    );
    assert.equal(new EventHistory(db).list('volume/', 1)[0]?.reason, 'PoolFull');
    assert.equal(new RegistryRecords(db).login('registry.example')?.username, 'ann');
    db.close();
  });

  test(`a store of commit ${commit} returns unchanged from the newest version`, async () => {
    await using copy = await open(fixture);
    const db = openStore(copy.path, MIGRATIONS.slice(0, FLAT));
    const before = contentOf(db);
    migrate(db, copy.path, MIGRATIONS);
    assert.equal(migrateBack(db, MIGRATIONS, FLAT), FLAT);
    assert.deepEqual(contentOf(db), before);
    assert.equal(db.get('PRAGMA integrity_check')?.['integrity_check'], 'ok');
    assert.deepEqual(db.all('PRAGMA foreign_key_check'), []);
    db.close();
  });
}

test('in a store without reasons only holders of volumes were paused for the pool', async () => {
  await using copy = await open('8c0311b.db');
  const old = new Database(copy.path);
  old.run(`UPDATE workload_status SET body = json_set(body, '$.reason', 'Paused')
           WHERE name = 'agent'`);
  old.close();
  const db = openStore(copy.path, MIGRATIONS);
  const held = new PauseRecords(db).heldFor('poolFull').map(({ container }) => container);
  assert.deepEqual(held.sort(), ['db', 'web']);
  db.close();
});

test('a volume that a cell of another stack holds stays held in an earlier version', () => {
  const db = openStore(':memory:', MIGRATIONS);
  const records = new VolumeRecords(db, Date.now);
  const holder = { ...cellOfWorkload('web'), stack: 'shop' };
  records.adopt({ name: 'data', sizeBytes: 2 ** 24 }, 'uid');
  records.attach('data', holder);
  migrateBack(db, MIGRATIONS, FLAT);
  assert.equal(db.get('SELECT holder FROM volume')?.['holder'], 'main_default_shop_web');
  migrate(db, ':memory:', MIGRATIONS);
  assert.deepEqual(records.get('data')?.holder, holder);
  db.close();
});

test('events of siblings and of other cells keep their keys in an earlier version', () => {
  const db = openStore(':memory:', MIGRATIONS);
  const recorder = new EventRecorder(db, () => 0);
  const [web, log] = ['web', 'log'].map((container) => ({ ...refOfWorkload('web'), container }));
  assert.ok(web !== undefined && log !== undefined);
  const elsewhere = { ...web, cell: { ...web.cell, stack: 'shop' } };
  const keys = [web, log, elsewhere].map(containerKey);
  for (const subject of [...keys, 'volume/data']) {
    recorder.append({ subject, uid: 'u' }, { severity: 'normal', reason: 'Said', message: '' });
  }
  const subjects = () =>
    db.all('SELECT subject FROM event ORDER BY id').map(({ subject }) => subject);
  migrateBack(db, MIGRATIONS, FLAT);
  assert.deepEqual(subjects(), ['web', ...keys.slice(1), 'volume/data']);
  migrate(db, ':memory:', MIGRATIONS);
  assert.deepEqual(subjects(), [...keys, 'volume/data']);
  db.close();
});
