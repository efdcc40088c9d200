import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { execFolder, makeFolder, removeEmptyFolders, removeFolder } from './exec-folder.ts';

test('a half-removed folder is removed, and one in use stays', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'exec-'));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'left'));
  const used = execFolder(root, 'used', 'one');
  await makeFolder(root, used);
  await removeEmptyFolders(root);
  assert.deepEqual(await readdir(root), ['used']);
  await removeFolder(root, used);
  assert.deepEqual(await readdir(root), []);
  await removeEmptyFolders(join(root, 'none'));
});
