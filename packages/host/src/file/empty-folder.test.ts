import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from './empty-folder.ts';

test('everything is removed but the entries to keep and the targets of links', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'empty-folder-'));
  t.after(() => rm(root, { recursive: true }));
  const [outside, folder] = [join(root, 'outside'), join(root, 'folder')];
  await mkdir(outside);
  await mkdir(folder);
  await writeFile(join(outside, 'file'), '');
  await mkdir(join(folder, 'a/b'), { recursive: true });
  await mkdir(join(folder, 'kept'));
  await writeFile(join(folder, 'a/b/file'), '');
  await symlink(outside, join(folder, 'link'));
  await emptyFolder(folder, ['kept']);
  await emptyFolder(folder, ['kept']);
  assert.deepEqual(await readdir(folder), ['kept']);
  assert.deepEqual(await readdir(outside), ['file']);
});
