import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BUNDLE_MEMBERS, BUNDLE_SIGNATURE_CONTEXT, parseBundleManifest } from '@capsule/core';
import { packBundle } from './pack-bundle.ts';
import { openPublisherKey } from './publisher-key.ts';

const folder = await mkdtemp(join(tmpdir(), 'capsule-bundle-'));
after(() => rm(folder, { recursive: true }));

test('a key is made once, for its owner alone, also by two builds at once', async () => {
  const path = join(folder, 'keys/publisher.pem');
  const [one, other] = await Promise.all([openPublisherKey(path), openPublisherKey(path)]);
  assert.equal(one.publicPem, other.publicPem);
  assert.equal((await openPublisherKey(path)).publicPem, one.publicPem);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(folder, 'keys')), ['publisher.pem']);
});

test('a bundle is a tar in the promised order, signed, and the same every time', async () => {
  const key = await openPublisherKey(join(folder, 'keys/publisher.pem'));
  const uki = join(folder, 'uki');
  const root = [join(folder, 'root'), join(folder, 'tree')];
  await writeFile(uki, 'a kernel');
  await writeFile(join(folder, 'root'), 'r'.repeat(90_000));
  await writeFile(join(folder, 'tree'), 't'.repeat(10_000));
  const facts = {
    version: '1.1.0',
    minimumVersion: '1.0.0',
    architecture: 'x86_64',
    board: 'vm',
    rootHash: 'b'.repeat(64),
  };
  const output = join(folder, 'one.bundle');
  const manifest = await packBundle(output, { ...facts, uki, root, key });
  const list = execFileSync('tar', ['-tf', output]).toString().trim().split('\n');
  assert.deepEqual(list, [...BUNDLE_MEMBERS]);
  const member = (name: string) => execFileSync('tar', ['-xOf', output, name]);
  const text = member('manifest.json');
  assert.deepEqual(parseBundleManifest(text.toString()), manifest);
  const signed = Buffer.concat([Buffer.from(BUNDLE_SIGNATURE_CONTEXT), text]);
  assert.ok(verify(null, signed, createPublicKey(key.publicPem), member('manifest.sig')));
  const sha256 = createHash('sha256').update(member('root.img')).digest('hex');
  assert.deepEqual(manifest.root, { bytes: 100_000, sha256 });
  await packBundle(join(folder, 'two.bundle'), { ...facts, uki, root, key });
  assert.ok((await readFile(join(folder, 'two.bundle'))).equals(await readFile(output)));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('bundle.')),
    [],
  );
});
