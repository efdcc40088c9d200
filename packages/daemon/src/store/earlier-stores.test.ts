import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellOfWorkload,
  completeSpec,
  containerKey,
  describePlace,
  FIRST_STATUS,
  isWithin,
  placeOfCell,
  refOfWorkload,
  splitWorkload,
  subjectOfWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import { Database, migrate, migrateBack, openStore, type Row } from '@capsule/engine';
import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { PauseRecords } from '../pause/records.ts';
import { RegistryRecords } from '../registry/records.ts';
import { copyEarlierStore, earlierStores } from '../testing/earlier-store.ts';
import { VolumeRecords } from '../volume/records.ts';
import { SnapshotRecords } from '../volume/snapshot/records.ts';
import { Addresses } from './addresses.ts';
import { Cells } from './cells.ts';
import { GoodSpecs } from './good-specs.ts';
import { MIGRATIONS } from './migrations.ts';
import { Scopes } from './scopes.ts';
import { WorkloadSpecs } from './workload-specs.ts';
import { WorkloadStatuses } from './workload-statuses.ts';

const STORES = await earlierStores();
/** The last version that has workloads in the place of cells. */
const FLAT = 8;
/** The last version that has cells, but no realms, spaces and stacks. */
const WITHOUT_SCOPES = 13;

/** Tables that stay on the way back, so that the capsule keeps its owner. */
const STAYING: readonly unknown[] = [
  'audit',
  'audit_head',
  'capsule',
  'operator_key',
  'spent_token',
];

/** The rows of every table; what is JSON is compared as what it says. */
function contentOf(db: Database): Readonly<Record<string, readonly Row[]>> {
  // Not the steps back, which an older capsuled does not read.
  const sql =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'way_back' ORDER BY name";
  const tables = db.all(sql);
  const compared = tables.filter(({ name }) => !STAYING.includes(name));
  return Object.fromEntries(
    compared.map(({ name }) => [
      String(name),
      db.all(`SELECT * FROM ${name} ORDER BY 1, 2`).map(read),
    ]),
  );
}

function read(row: Row): Row {
  const { body } = row;
  return { ...row, ...(typeof body === 'string' && { body: JSON.parse(body) }) };
}

function missing(usual: object, found: object): readonly string[] {
  return Object.keys(usual).filter((field) => !(field in found));
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}

for (const store of STORES.filter(({ version }) => version <= FLAT)) {
  test(`a store of commit ${store.commit} reads the same after its migration`, async () => {
    await using copy = await copyEarlierStore(store);
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
}

for (const store of STORES.filter(({ version }) => version > FLAT)) {
  test(`a store of cells of commit ${store.commit} keeps every row`, async () => {
    await using copy = await copyEarlierStore(store);
    const old = new Database(copy.path);
    const before = contentOf(old);
    old.close();
    assert.equal(before['cell']?.length, 7);
    const db = openStore(copy.path, MIGRATIONS);
    const after = contentOf(db);
    for (const [table, rows] of Object.entries(before)) {
      const columns = Object.keys(rows[0] ?? {});
      assert.deepEqual(
        after[table]?.map((row) => pick(row, columns)),
        rows,
        table,
      );
    }
    db.close();
  });
}

for (const store of STORES) {
  const { commit } = store;

  test(`a store of commit ${commit} has the scopes main, main/default and main/default/default`, async () => {
    await using copy = await copyEarlierStore(store);
    const db = openStore(copy.path, MIGRATIONS);
    const network = { bridge: 'br0', cidr: '172.20.254.0/24' };
    const scopes = new Scopes(db, network).list();
    assert.deepEqual(
      scopes.map(({ place, namespace, network: own }) => [describePlace(place), namespace ?? own]),
      [
        ['main', 'kukeon-main'],
        ['main/default', network],
        ['main/default/default', undefined],
      ],
    );
    assert.equal(new Set(scopes.map(({ uid }) => uid)).size, 3);
    for (const { id } of new Cells(db).list()) {
      assert.ok(scopes.some(({ place }) => isWithin(placeOfCell(id), place)));
    }
    db.close();
  });

  test(`the cells of a store of commit ${commit} have a value for each field`, async () => {
    await using copy = await copyEarlierStore(store);
    const db = openStore(copy.path, MIGRATIONS);
    const usual = splitWorkload(completeSpec({ name: '', image: '' }));
    for (const { spec, containers } of new Cells(db).list()) {
      assert.deepEqual(missing(usual.cell, spec), []);
      for (const one of containers) assert.deepEqual(missing(usual.container, one.spec), []);
    }
    db.close();
  });

  test(`a store of commit ${commit} keeps everything besides workloads`, async () => {
    await using copy = await copyEarlierStore(store);
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
      new EventHistory(db).list(subjectOfWorkload('job'), 10).map(({ reason }) => reason),
      ['Applied', 'Starting', 'Running', 'Exited', 'Completed'],
    );
    assert.equal(new EventHistory(db).list('volume/', 1)[0]?.reason, 'PoolFull');
    assert.equal(new RegistryRecords(db).login('registry.example')?.username, 'ann');
    db.close();
  });

  test(`a store of commit ${commit} returns unchanged from the newest version`, async () => {
    await using copy = await copyEarlierStore(store);
    const version = Math.max(store.version, FLAT);
    const db = openStore(copy.path, MIGRATIONS.slice(0, version));
    const before = contentOf(db);
    migrate(db, copy.path, MIGRATIONS);
    assert.equal(migrateBack(db, MIGRATIONS, version), version);
    assert.deepEqual(contentOf(db), before);
    assert.equal(db.get('PRAGMA integrity_check')?.['integrity_check'], 'ok');
    assert.deepEqual(db.all('PRAGMA foreign_key_check'), []);
    db.close();
  });
}

test('a capsule keeps its identity and its owner in an earlier version, and in the next one', async () => {
  await using copy = await copyEarlierStore({ commit: '8c0311b' });
  const db = openStore(copy.path, MIGRATIONS);
  db.run("INSERT INTO capsule (one, id) VALUES (1, 'mine')");
  migrateBack(db, MIGRATIONS, FLAT);
  migrate(db, copy.path, MIGRATIONS);
  assert.equal(db.get('SELECT id FROM capsule')?.['id'], 'mine');
  db.close();
});

test('of the paused workloads of an older store, only those with a volume count as paused for a full pool', async () => {
  await using copy = await copyEarlierStore({ commit: '8c0311b' });
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

test('cells of other realms, spaces and stacks are not in a version without these', () => {
  const db = openStore(':memory:', MIGRATIONS);
  const cells = new Cells(db);
  const web = cellOfWorkload('web');
  const elsewhere = { ...web, realm: 'lab' };
  const { cell, container } = splitWorkload(completeSpec({ name: 'web', image: 'nginx' }));
  for (const id of [web, elsewhere]) {
    cells.insert(id, cell, { uid: 'u', desired: 'running', createdAt: 1 });
    cells.insertContainer({ cell: id, container: 'web' }, 'root', container);
    new Addresses(db, () => '172.20.254.0/24').claim(id);
  }
  migrateBack(db, MIGRATIONS, WITHOUT_SCOPES);
  const owners = () => db.all('SELECT owner FROM address').map(({ owner }) => owner);
  assert.deepEqual(owners(), ['main_default_default_web']);
  migrate(db, ':memory:', MIGRATIONS);
  assert.deepEqual(
    cells.list().map(({ id }) => id),
    [web],
  );
  db.close();
});
