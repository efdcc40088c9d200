import assert from 'node:assert/strict';
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database, migrate } from '@capsule/engine';
import { makeTlsIdentity } from '../identity/certificate/tls-identity.ts';
import { IdentityRecords } from '../identity/records.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { openTlsIdentity } from './identity.ts';

const STORED = 'abcdefghijklmnopqrstuvwx23';
const FOREIGN = 'zyxwvutsrqponmlkjihgfedc32';

function openStore(capsuleId?: string) {
  const db = new Database(':memory:');
  migrate(db, ':memory:', MIGRATIONS);
  const records = new IdentityRecords(db);
  if (capsuleId !== undefined) records.nameCapsule(capsuleId);
  return { db, records };
}

test('a new store takes the identity of the certificate', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-identity-'));
  const made = makeTlsIdentity(folder.path, FOREIGN);
  const { db, records } = openStore();
  assert.deepEqual(openTlsIdentity(folder.path, db, records), { tls: made });
  assert.equal(records.capsuleId(), FOREIGN);
});

test('the certificate of another capsule is replaced, kept, and reported', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-identity-'));
  const found = makeTlsIdentity(folder.path, FOREIGN);
  const { db, records } = openStore(STORED);
  const { tls, replaced } = openTlsIdentity(folder.path, db, records);
  assert.equal(tls.capsuleId, STORED);
  assert.equal(replaced?.code, 'IDENTITY_REPLACED');
  assert.match(replaced.message, new RegExp(`${STORED}.*${FOREIGN}`));
  const kept = (await readdir(folder.path)).find((name) => name !== 'tls.pem') ?? '';
  assert.ok(replaced.hint?.includes(kept));
  assert.equal(await readFile(join(folder.path, kept), 'utf8'), found.key + found.cert);
  assert.deepEqual(openTlsIdentity(folder.path, db, records), { tls }, 'reported once');
});
