import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { Database } from './database.ts';
import { migrate, migrateBack } from './migrate.ts';
import { openStore } from './open-store.ts';

const ONE = { name: 'one', up: 'CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT;' };
const TWO = { name: 'two', up: 'ALTER TABLE thing ADD COLUMN size INTEGER;' };

function folder(): { path: string } & Disposable {
  const made = mkdtempSync(path.join(tmpdir(), 'capsule-store-'));
  return { path: made, [Symbol.dispose]: () => rmSync(made, { recursive: true }) };
}

const hasCode = (code: string) => (error: unknown) => isCapsuleError(error) && error.code === code;

test('a store keeps committed changes, and drops uncommitted ones', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  const db = openStore(file, [ONE]);
  db.transaction(() => db.run('INSERT INTO thing VALUES (?)', 'kept'));
  assert.throws(() =>
    db.transaction(() => {
      db.run('INSERT INTO thing VALUES (?)', 'lost');
      throw new Error('stop');
    }),
  );
  db.close();
  const again = openStore(file, [ONE]);
  assert.deepEqual(
    again.all('SELECT name FROM thing').map((row) => ({ ...row })),
    [{ name: 'kept' }],
  );
  again.close();
});

test('a commit is synced to the disk', () => {
  using dir = folder();
  const db = openStore(path.join(dir.path, 'state.db'), [ONE]);
  assert.equal(db.get('PRAGMA synchronous')?.['synchronous'], 2);
  assert.equal(db.get('PRAGMA journal_mode')?.['journal_mode'], 'wal');
  db.close();
});

test('a quick transaction is all or nothing, and the next commit is synced again', () => {
  using dir = folder();
  const db = openStore(path.join(dir.path, 'state.db'), [ONE]);
  const add = (name: string) => db.run('INSERT INTO thing (name) VALUES (?)', name);
  const synchronous = () => db.get('PRAGMA synchronous')?.['synchronous'];
  db.quickTransaction(() => {
    add('kept');
    assert.equal(synchronous(), 1);
  });
  const fail = () => {
    add('lost');
    throw new RangeError('no');
  };
  assert.throws(() => db.quickTransaction(fail), RangeError);
  assert.equal(synchronous(), 2);
  const names = db.all('SELECT name FROM thing').map(({ name }) => name);
  assert.deepEqual(names, ['kept']);
  db.close();
});

test('an older store is migrated, and a newer one is refused', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  openStore(file, [ONE]).close();
  const db = openStore(file, [ONE, TWO]);
  db.run('INSERT INTO thing (name, size) VALUES (?, ?)', 'a', 1);
  db.close();
  assert.throws(() => openStore(file, [ONE]), hasCode('STORE_TOO_NEW'));
});

test('a store migrates down as far as there are steps, and up again', () => {
  const back = { ...TWO, down: 'ALTER TABLE thing DROP COLUMN size;' };
  const db = openStore(':memory:', [ONE, back]);
  db.run('INSERT INTO thing (name, size) VALUES (?, ?)', 'a', 1);
  assert.equal(migrateBack(db, [ONE, back], 0), 1);
  assert.deepEqual({ ...db.get('SELECT * FROM thing') }, { name: 'a' });
  assert.equal(migrate(db, ':memory:', [ONE, back]), 2);
  assert.deepEqual({ ...db.get('SELECT * FROM thing') }, { name: 'a', size: null });
  db.close();
});

test('a store that a newer capsuled wrote goes back by the steps in it, and a copy is kept', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  const back = { ...TWO, down: 'ALTER TABLE thing DROP COLUMN size;' };
  const newer = openStore(file, [ONE, back]);
  newer.run('INSERT INTO thing (name, size) VALUES (?, ?)', 'a', 1);
  newer.close();
  const older = openStore(file, [ONE], { returns: true });
  assert.deepEqual({ ...older.get('SELECT * FROM thing') }, { name: 'a' });
  older.close();
  const [copy = ''] = readdirSync(dir.path).filter((name) => name.includes('version-2'));
  const kept = openStore(path.join(dir.path, copy), [ONE, back]);
  assert.deepEqual({ ...kept.get('SELECT * FROM thing') }, { name: 'a', size: 1 });
  kept.close();
});

test('a newer store without all the steps back is refused and not touched', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  openStore(file, [ONE, TWO]).close();
  assert.throws(() => openStore(file, [ONE], { returns: true }), hasCode('STORE_TOO_NEW'));
  openStore(file, [ONE, TWO]).close();
  assert.deepEqual(
    readdirSync(dir.path).filter((name) => name.includes('version')),
    [],
  );
});

test('a damaged store is refused and not touched', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  writeFileSync(file, 'this is not a database, and long enough to be read as one'.repeat(100));
  const before = readFileSync(file);
  assert.throws(() => openStore(file, [ONE]), hasCode('STORE_UNREADABLE'));
  assert.deepEqual(readFileSync(file), before);
});

test('a write without space on the disk fails with its own error, and changes nothing', () => {
  using dir = folder();
  const db = openStore(path.join(dir.path, 'state.db'), [ONE]);
  db.run('INSERT INTO thing VALUES (?)', 'kept');
  const pages = Number(db.get('PRAGMA page_count')?.['page_count']);
  db.exec(`PRAGMA max_page_count = ${pages}`);
  const large = 'x'.repeat(100_000);
  assert.throws(
    () => db.transaction(() => db.run('INSERT INTO thing VALUES (?)', large)),
    hasCode('STORE_FULL'),
  );
  db.exec('PRAGMA max_page_count = 1000');
  db.transaction(() => db.run('INSERT INTO thing VALUES (?)', large));
  assert.equal(db.all('SELECT name FROM thing').length, 2);
  db.close();
});

test('a store that another program has locked is reported as that, and works again afterwards', () => {
  using dir = folder();
  const file = path.join(dir.path, 'state.db');
  const db = openStore(file, [ONE]);
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  const put = () => db.transaction(() => db.run('INSERT INTO thing VALUES (?)', 'kept'));
  assert.throws(put, hasCode('STORE_LOCKED'));
  other.exec('ROLLBACK');
  put();
  db.close();
  other.exec('PRAGMA journal_mode = DELETE');
  other.exec('BEGIN EXCLUSIVE');
  assert.throws(() => openStore(file, [ONE]), hasCode('STORE_LOCKED'));
  other.close();
});

test('a store that is read-only is reported as that', () => {
  using dir = folder();
  const db = openStore(path.join(dir.path, 'state.db'), [ONE]);
  db.exec('PRAGMA query_only = ON');
  assert.throws(
    () => db.transaction(() => db.run('INSERT INTO thing VALUES (?)', 'x')),
    hasCode('STORE_READ_ONLY'),
  );
  db.close();
});

test('a store whose folder is missing is not called damaged', () => {
  using dir = folder();
  const file = path.join(dir.path, 'missing', 'state.db');
  assert.throws(() => openStore(file, [ONE]), hasCode('STORE_NOT_OPENED'));
});

test('a nested transaction is rolled back alone', () => {
  const db = openStore(':memory:', [ONE]);
  const put = (name: string) => db.run('INSERT INTO thing VALUES (?)', name);
  const names = () => db.all('SELECT name FROM thing ORDER BY name').map((row) => row['name']);
  db.transaction(() => {
    put('outer');
    assert.throws(() =>
      db.transaction(() => {
        put('inner');
        throw new Error('stop');
      }),
    );
    assert.deepEqual(
      db.rehearse(() => {
        put('rehearsed');
        return names();
      }),
      ['outer', 'rehearsed'],
    );
    db.transaction(() => put('second'));
  });
  assert.deepEqual(names(), ['outer', 'second']);
  db.close();
});

test('every effect of a commit is called after it, although one of them fails', () => {
  const db = openStore(':memory:', [ONE]);
  const called: string[] = [];
  assert.throws(
    () =>
      db.transaction(() => {
        db.run('INSERT INTO thing VALUES (?)', 'kept');
        db.afterCommit(() => {
          throw new Error('first');
        });
        db.afterCommit(() => called.push('second'));
      }),
    /first/,
  );
  assert.deepEqual(called, ['second']);
  assert.equal(db.all('SELECT name FROM thing').length, 1);
  db.afterCommit(() => called.push('at once'));
  assert.deepEqual(called, ['second', 'at once']);
  db.close();
});
