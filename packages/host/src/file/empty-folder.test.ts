import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from './empty-folder.ts';

test('all goes but what is kept, and what links lead to', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'file'), '');
  const folder = await mkdtemp(join(tmpdir(), 'empty-'));
  await mkdir(join(folder, 'a/b'), { recursive: true });
  await mkdir(join(folder, 'kept'));
  await writeFile(join(folder, 'a/b/file'), '');
  await symlink(outside, join(folder, 'link'));
  await emptyFolder(folder, ['kept']);
  await emptyFolder(folder, ['kept']);
  assert.deepEqual(await readdir(folder), ['kept']);
  assert.deepEqual(await readdir(outside), ['file']);
});
