import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTables, readWriters, writerProblems } from './record-writers.ts';

const VOLUMES = 'packages/daemon/src/volume/records.ts';
const PAGE = `
| table | its one writer |
|---|---|
| \`volume\` | \`${VOLUMES}\` |
| \`registry\`, \`registry_login\` | \`packages/daemon/src/registry/records.ts\` |
| \`elsewhere\` | a person |
`;

test('the page names a writer for each table, one or several in a row', () => {
  assert.deepEqual([...readWriters(PAGE).keys()], ['volume', 'registry', 'registry_login']);
  assert.equal(readWriters(PAGE).get('volume'), VOLUMES);
});

test('tables are those that the last step of the schema leaves', () => {
  const schema = `
    up: \`CREATE TABLE volume (name TEXT); CREATE TABLE gone (name TEXT);\`,
    up: \`CREATE TABLE volume_next (name TEXT); DROP TABLE volume;
      ALTER TABLE volume_next RENAME TO volume; DROP TABLE gone; ALTER TABLE volume ADD COLUMN a;\`,
    up: 'CREATE TABLE pause (name TEXT)',
    down: 'DROP TABLE pause;',
  `;
  assert.deepEqual([...readTables(schema)], ['volume', 'pause']);
});

test('a table is written by its one writer, in whatever words', () => {
  const source = [
    "db.run('INSERT INTO volume (name) VALUES (?) ON CONFLICT DO UPDATE SET name = ?');",
    "db.run('UPDATE volume SET name = ?');",
    "db.run('DELETE FROM volume');",
    "db.run('INSERT OR REPLACE INTO volume (name) VALUES (?)');",
    "db.all('SELECT * FROM volume');",
  ].join('\n');
  const writers = new Map([['volume', VOLUMES]]);
  const tables = new Set(['volume']);
  assert.deepEqual(writerProblems(new Map([[VOLUMES, source]]), tables, writers), []);
  const other = 'packages/daemon/src/volume/commands.ts';
  const both = new Map([
    [VOLUMES, source],
    [other, source],
  ]);
  const problem = `writes the table volume: only ${VOLUMES} does`;
  assert.deepEqual(
    writerProblems(both, tables, writers),
    [1, 2, 3, 4].map((line) => `${other}:${line}: ${problem}`),
  );
});

test('a table without a writer, and a writer that writes nothing, are refused', () => {
  const writers = new Map([['volume', VOLUMES]]);
  assert.deepEqual(writerProblems(new Map(), new Set(['volume', 'event']), writers), [
    `docs/concepts/records.md: ${VOLUMES} does not write the table volume`,
    'docs/concepts/records.md: the table event has no writer',
  ]);
  const path = 'packages/daemon/src/a.ts';
  assert.deepEqual(
    writerProblems(new Map([[path, "db.run('DELETE FROM event')"]]), new Set(), new Map()),
    [`${path}:1: writes the table event: nobody does`],
  );
});
