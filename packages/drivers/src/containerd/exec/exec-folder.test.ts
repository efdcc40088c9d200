import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  execFolder,
  makeFolder,
  openFifos,
  removeEmptyFolders,
  removeFolder,
} from './exec-folder.ts';
import { openEnds } from './running-exec.ts';

test('a partly removed folder is removed, and a folder in use stays', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'exec-'));
  t.after(() => rm(parent, { recursive: true }));
  const root = join(parent, 'kukeon-main');
  await mkdir(join(root, 'left'), { recursive: true });
  const used = execFolder(root, 'used', 'one');
  await makeFolder(root, used);
  await removeEmptyFolders(root);
  assert.deepEqual(await readdir(root), ['used']);
  await removeFolder(root, used);
  assert.deepEqual(await readdir(parent), []);
  await removeEmptyFolders(join(root, 'none'));
});

test('a FIFO that cannot be opened leaves none open that was opened before it', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'exec-'));
  t.after(() => rm(root, { recursive: true }));
  const folder = execFolder(root, 'used', 'one');
  await makeFolder(root, folder);
  await rm(folder.stderr);
  await mkdir(folder.stderr);
  const leftOpen = async () => {
    const fds = (await readdir('/proc/self/fd')).map((fd) => `/proc/self/fd/${fd}`);
    const targets = await Promise.all(fds.map((fd) => readlink(fd).catch(() => '')));
    return targets.filter((target) => target.startsWith(root));
  };
  assert.throws(() => openFifos(folder), { code: 'EISDIR' });
  assert.throws(() => openEnds(folder, true, false), { code: 'EISDIR' });
  assert.deepEqual(await leftOpen(), []);
});
