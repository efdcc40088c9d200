import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database, migrate } from '@capsule/engine';
import fc from 'fast-check';
import { MIGRATIONS } from '../store/migrations.ts';
import { AuditLog } from './log.ts';

const ENTRY = {
  at: 1000,
  who: 'laptop',
  kid: 'k',
  origin: '10.0.0.1',
  rpc: 'WorkloadService/Apply',
  object: 'web',
  result: 'ok',
};

function open(count: number, kept?: { records: number; group: number }) {
  const db = new Database(':memory:');
  migrate(db, ':memory:', MIGRATIONS);
  const audit = new AuditLog(db, kept);
  for (let n = 1; n <= count; n += 1) audit.append({ ...ENTRY, object: `web-${n}` });
  return { db, audit };
}

test('records follow each other, and the chain is intact', async () => {
  const { audit } = open(5);
  const records = audit.read(0, 10);
  assert.deepEqual(
    records.map(({ sequence, object }) => [sequence, object]),
    [1, 2, 3, 4, 5].map((n) => [n, `web-${n}`]),
  );
  assert.deepEqual(records[1]?.previous, records[0]?.hash);
  assert.deepEqual(await audit.verify(2), { records: 5, brokenAt: undefined, firstKept: 1 });
});

const DAMAGE: readonly (readonly [what: string, sql: string, brokenAt: number])[] = [
  ['a changed name', "UPDATE audit SET who = 'eve' WHERE sequence = 3", 3],
  ['a changed time', 'UPDATE audit SET at = 5 WHERE sequence = 3', 3],
  ['a changed hash', "UPDATE audit SET hash = x'00' WHERE sequence = 3", 3],
  ['a removed record', 'DELETE FROM audit WHERE sequence = 3', 4],
  ['a removed first record', 'DELETE FROM audit WHERE sequence = 1', 1],
  ['a removed last record', 'DELETE FROM audit WHERE sequence = 6', 6],
  ['all records removed', 'DELETE FROM audit', 1],
  [
    'two records that changed places',
    `UPDATE audit SET sequence = 100 WHERE sequence = 3;
     UPDATE audit SET sequence = 3 WHERE sequence = 4;
     UPDATE audit SET sequence = 4 WHERE sequence = 100;`,
    3,
  ],
];

for (const [what, sql, brokenAt] of DAMAGE) {
  test(`${what} is found`, async () => {
    const { db, audit } = open(6);
    db.exec(sql);
    assert.equal((await audit.verify()).brokenAt, brokenAt);
  });
}

test('the log is bounded: the oldest records go in groups, and the rest is intact', async () => {
  const kept = { records: 20, group: 10 };
  const { db, audit } = open(57, kept);
  assert.deepEqual(await audit.verify(), { records: 27, brokenAt: undefined, firstKept: 31 });
  db.exec('DELETE FROM audit WHERE sequence <= 40');
  assert.equal((await audit.verify()).brokenAt, 40, 'more are gone than the log drops');
});

test('any damage of one byte of a text is found', async () => {
  const { db, audit } = open(6);
  const column = fc.constantFrom('who', 'kid', 'origin', 'rpc', 'object', 'result');
  await fc.assert(
    fc.asyncProperty(column, fc.integer({ min: 1, max: 6 }), async (name, sequence) => {
      const sql = `UPDATE audit SET ${name} = ? WHERE sequence = ?`;
      const before = db.get(`SELECT ${name} AS v FROM audit WHERE sequence = ?`, sequence)?.['v'];
      db.run(sql, `${before}x`, sequence);
      assert.equal((await audit.verify()).brokenAt, sequence);
      db.run(sql, String(before), sequence);
    }),
    { numRuns: 30 },
  );
});

test('no caller makes a record large', () => {
  const { audit } = open(0);
  audit.append({ ...ENTRY, object: 'x'.repeat(10_000) });
  assert.equal(audit.read(0, 1)[0]?.object.length, 257);
});
