import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeTlsIdentity, readTlsIdentity } from './tls-identity.ts';

const CAPSULE_ID = 'abcdefghijklmnopqrstuvwx23';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'capsule-tls-'));
  t.after(() => rm(path, { recursive: true }));
  return join(path, 'tls');
}

test('the certificate is what existing clients expect', async (t) => {
  const { cert, fingerprint } = makeTlsIdentity(await folder(t), CAPSULE_ID);
  const read = new X509Certificate(cert);
  assert.equal(read.subject, `CN=${CAPSULE_ID}`);
  assert.equal(read.issuer, read.subject);
  assert.equal(read.subjectAltName, `DNS:capsule, DNS:localhost, DNS:${CAPSULE_ID}`);
  assert.equal(read.publicKey.asymmetricKeyType, 'ed25519');
  assert.ok(read.verify(read.publicKey), 'it signs itself');
  assert.equal(read.fingerprint256.replaceAll(':', '').toLowerCase(), fingerprint);
  assert.ok(!read.ca);
});

test('a later process reads the same, from a file that only root can read', async (t) => {
  const path = await folder(t);
  assert.equal(readTlsIdentity(path), undefined);
  const made = makeTlsIdentity(path, CAPSULE_ID);
  assert.deepEqual(readTlsIdentity(path), made);
  assert.equal((await stat(path)).mode & 0o777, 0o700);
  assert.equal((await stat(join(path, 'tls.pem'))).mode & 0o777, 0o600);
  assert.notEqual(makeTlsIdentity(await folder(t), CAPSULE_ID).fingerprint, made.fingerprint);
});

test('a damaged file, or a key of another certificate, is reported and never replaced', async (t) => {
  const path = await folder(t);
  const file = join(path, 'tls.pem');
  const { cert } = makeTlsIdentity(path, CAPSULE_ID);
  const { key } = makeTlsIdentity(await folder(t), CAPSULE_ID);
  for (const text of ['', cert, key, key + cert, `${key}${cert}`.slice(0, 200)]) {
    await writeFile(file, text);
    assert.throws(() => readTlsIdentity(path), { code: 'IDENTITY_UNUSABLE' }, text.slice(0, 40));
    assert.equal(await readFile(file, 'utf8'), text);
  }
});
