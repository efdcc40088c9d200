import assert from 'node:assert/strict';
import { type FileHandle, mkdtemp, open, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UploadFolder } from './upload-folder.ts';

const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
const DAY_MS = 24 * 3600_000;
const CONTENT = Buffer.from('the content of a volume');

test('an upload is whole although the disk took a part of a piece at first', async (t) => {
  const { uploads, writes } = await openFolder(t);
  writes.shortTo(3);
  await uploads.append('data', 0, pieces());
  assert.deepEqual(await readFile(await uploads.path('data')), CONTENT);
});

test('an upload whose last piece does not fit fails because the disk is full', async (t) => {
  const { uploads, writes } = await openFolder(t);
  writes.shortTo(3, FULL);
  await assert.rejects(uploads.append('data', 0, pieces()), { code: 'VOLUME_UPLOAD_FULL' });
});

test('an upload under way outlives a jump of the clock; one of an earlier capsuled is pruned', async (t) => {
  const { folder, uploads } = await openFolder(t);
  await uploads.append('data', 0, pieces());
  const path = await uploads.path('data');
  // As if the clock had been at 1970 then.
  await utimes(path, 60, 60);
  await uploads.prune(DAY_MS);
  assert.deepEqual(await readFile(path), CONTENT);
  await new UploadFolder(folder).prune(DAY_MS);
  await assert.rejects(readFile(path), { code: 'ENOENT' });
});

async function* pieces() {
  yield CONTENT;
}

/** Opens a folder with an empty upload. The writes of this process can be made short. */
async function openFolder(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-uploads-'));
  t.after(() => rm(folder, { recursive: true }));
  const uploads = new UploadFolder(folder);
  await uploads.open('data', '0');
  await using file = await open(await uploads.path('data'));
  const kind = Object.getPrototypeOf(file) as FileHandle;
  const write = kind.write as (this: FileHandle, ...args: WriteArgs) => Promise<unknown>;
  /** The first write takes so many bytes; those after it fail where there is an error. */
  const shortTo = (bytes: number, later?: Error) => {
    let count = 0;
    t.mock.method(kind, 'write', function short(this: FileHandle, ...args: WriteArgs) {
      const [piece, from, length, at] = args;
      count += 1;
      if (count > 1 && later !== undefined) throw later;
      return write.call(this, piece, from, count === 1 ? bytes : length, at);
    });
  };
  return { folder, uploads, writes: { shortTo } };
}

type WriteArgs = [piece: Uint8Array, from: number, length: number, at: number];
