import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database } from './database.ts';

function openCounted() {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE thing (name TEXT PRIMARY KEY, value INTEGER) STRICT');
  const cache = db.cache('thing');
  let reads = 0;
  const read = (name: string) =>
    cache.get(name, 'value', () => {
      reads += 1;
      return db.get('SELECT value FROM thing WHERE name = ?', name)?.['value'];
    });
  const put = (name: string, value: number) => {
    cache.change(name);
    db.run('INSERT OR REPLACE INTO thing VALUES (?, ?)', name, value);
  };
  return { db, read, put, reads: () => reads };
}

test('a value is read once, until its owner changes', () => {
  const { read, put, reads } = openCounted();
  assert.equal(read('a'), undefined);
  put('a', 1);
  assert.deepEqual([read('a'), read('a')], [1, 1]);
  assert.equal(reads(), 2);
  put('b', 5);
  assert.equal(read('a'), 1);
  assert.equal(reads(), 2);
  put('a', 2);
  assert.equal(read('a'), 2);
});

test('a value of a change that is rolled back is not kept', () => {
  const { db, read, put } = openCounted();
  put('a', 1);
  read('a');
  const rehearsed = db.rehearse(() => {
    put('a', 2);
    return [read('a'), db.rehearse(() => put('a', 3)), read('a')];
  });
  assert.deepEqual(rehearsed, [2, undefined, 2]);
  assert.equal(read('a'), 1);
});

test('a value that was read in a transaction is kept after its commit', () => {
  const { db, read, put, reads } = openCounted();
  put('b', 7);
  db.transaction(() => {
    put('a', 1);
    assert.deepEqual([read('a'), read('b')], [1, 7]);
  });
  const before = reads();
  assert.deepEqual([read('b'), read('a'), read('a')], [7, 1, 1]);
  assert.equal(reads(), before + 1);
});

test('all users of one store share a cache by its name', () => {
  const { db, read, put } = openCounted();
  put('a', 1);
  read('a');
  db.cache('thing').change('a');
  db.run('UPDATE thing SET value = 9');
  assert.equal(read('a'), 9);
});
