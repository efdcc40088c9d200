import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cellOfWorkload, type UploadStore } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakeVolumeBackend, noGuestVolumes, noTransfers } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestVolumes } from '../testing/create-test-volumes.ts';

const CONTENT = Buffer.from('a tree');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const UPLOAD = { name: 'data', id: '0'.repeat(32) };
const END = { totalBytes: CONTENT.length, sha256: SHA256, format: 'tar' } as const;

async function capsule() {
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  const file = join(folder, 'upload');
  const db = openStore(':memory:', MIGRATIONS);
  const uploads: UploadStore = {
    open: async () => (await readFile(file).catch(() => '')).length,
    async append(_name, _offset, pieces) {
      for await (const piece of pieces) await appendFile(file, piece);
    },
    path: async () => file,
    remove: () => rm(file, { force: true }),
    prune: async () => undefined,
  };
  const volumes = createTestVolumes(db, {
    backend: new FakeVolumeBackend(),
    uploads,
    archives: {
      ...noTransfers.archives,
      measureTree: async () => ({ entries: 1, bytes: 6, volumeBytes: undefined }),
      unpackTree: async (_name, _archive, { warn }) => warn?.('./s: left out'),
    },
    guestVolumes: noGuestVolumes,
  });
  const dispose = () => rm(folder, { recursive: true });
  return { ...volumes, [Symbol.asyncDispose]: dispose };
}

async function* pieces(...content: Buffer[]) {
  yield* content;
}

test('a repeated import whose answer was lost succeeds, with the same warnings', async () => {
  await using at = await capsule();
  const { importer, records } = at;
  assert.equal(await importer.begin(UPLOAD), 0);
  const first = importer.receive(UPLOAD, 0, pieces(CONTENT), () => END);
  // Its client comes back while the volume is being made.
  const again = importer.begin(UPLOAD);
  assert.deepEqual(await first, ['./s: left out']);
  const { uid } = records.volumes.get('data') ?? {};
  assert.equal(await again, CONTENT.length);
  const second = importer.receive(UPLOAD, CONTENT.length, pieces(), () => END);
  assert.deepEqual(await second, ['./s: left out']);
  assert.equal(records.volumes.get('data')?.uid, uid);
});

test('another import, or one after a workload used the volume, is refused', async () => {
  await using at = await capsule();
  const { importer, attachments } = at;
  const from = (end: object) =>
    importer.receive(UPLOAD, 0, pieces(CONTENT), () => ({ ...END, ...end }));
  const refused = { code: 'VOLUME_EXISTS' };
  await from({});
  await assert.rejects(importer.begin({ ...UPLOAD, id: '1'.repeat(32) }), refused);
  await assert.rejects(from({ sha256: 'f'.repeat(64) }), refused);
  await assert.rejects(from({ sizeBytes: 1024 ** 4 }), refused);
  await from({});
  await attachments.attach('data', { holder: cellOfWorkload('web'), use: 'mounted' });
  await attachments.release('data', cellOfWorkload('web'));
  await assert.rejects(importer.begin(UPLOAD), refused);
  await assert.rejects(from({}), refused);
});
