import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFolder } from './open-folder.ts';

async function volume(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'capsule-folder-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const open = async (path: string, subPath: string, isMade = true) => {
  await using folder = await openFolder('data', path, { subPath, isMade });
  return (await folder.stat()).ino;
};

test('a folder is made where that is allowed, and the next call opens the same one', async (t) => {
  const path = await volume(t);
  const unusable = { code: 'VOLUME_FOLDER_UNUSABLE' };
  await assert.rejects(open(path, 'a/b', false), unusable);
  assert.deepEqual(await readdir(path), []);
  const made = await open(path, 'a/b');
  assert.equal(await open(path, 'a/b', false), made);
  assert.equal((await lstat(join(path, 'a/b'))).mode, (await lstat(path)).mode);
});

test('no link is followed, and a file is not taken for a folder', async (t) => {
  const path = await volume(t);
  await mkdir(join(path, 'inside'));
  await symlink('/etc', join(path, 'out'));
  await symlink('inside', join(path, 'in'));
  await symlink('nowhere', join(path, 'dangling'));
  await writeFile(join(path, 'file'), '');
  for (const bad of ['out', 'out/x', 'in', 'in/x', 'dangling', 'dangling/x', 'file', 'file/x']) {
    await assert.rejects(open(path, bad), { code: 'VOLUME_FOLDER_UNUSABLE' }, bad);
  }
  assert.deepEqual(await readdir(join(path, 'inside')), []);
});

test('a link that replaces a folder meanwhile is not followed', async (t) => {
  const path = await volume(t);
  const outside = await volume(t);
  await mkdir(join(path, 'real/deep'), { recursive: true });
  const { ino } = await lstat(join(path, 'real/deep'));
  await symlink(outside, join(path, 'link'));
  const over = new AbortController();
  const swapping = (async () => {
    while (!over.signal.aborted) {
      await rename(join(path, 'real'), join(path, 'spare'));
      await rename(join(path, 'link'), join(path, 'real'));
      await rename(join(path, 'real'), join(path, 'link'));
      await rename(join(path, 'spare'), join(path, 'real'));
    }
  })();
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await open(path, 'real/deep', false).catch((error) => error.code);
    assert.ok(found === ino || found === 'VOLUME_FOLDER_UNUSABLE', String(found));
  }
  over.abort();
  await swapping;
  assert.deepEqual(await readdir(outside), []);
});
