import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureFolder } from './ensure-folder.ts';

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ensure-folder-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('missing folders are made with mode 0755, whatever the umask', async (t) => {
  const folder = await scratch(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  await ensureFolder(`${folder}/a//b/./c`);
  await ensureFolder(`${folder}/a/b/c`);
  for (const path of ['a', 'a/b', 'a/b/c']) {
    assert.equal((await stat(join(folder, path))).mode & 0o7777, 0o755);
  }
});

test('an existing path stays, also a file', async (t) => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'file'), 'text', { mode: 0o600 });
  await ensureFolder(join(folder, 'file'));
  assert.equal((await stat(join(folder, 'file'))).mode & 0o777, 0o600);
  await assert.rejects(ensureFolder(join(folder, 'file/below')), { code: 'FOLDER_BEHIND_FILE' });
});

test('a link that leads out of its folder is not followed, one within it is', async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, 'outside'));
  await mkdir(join(folder, 'inside/real'), { recursive: true });
  await symlink('../outside', join(folder, 'inside/out'));
  await symlink('real', join(folder, 'inside/in'));
  await symlink('/absent/place', join(folder, 'inside/nowhere'));
  for (const name of ['out/new', 'nowhere', 'nowhere/new']) {
    const asked = ensureFolder(join(folder, 'inside', name));
    await assert.rejects(asked, { code: 'FOLDER_BEHIND_LINK' }, name);
  }
  await ensureFolder(join(folder, 'inside/in/new'));
  assert.deepEqual(await readdir(join(folder, 'outside')), []);
  assert.deepEqual(await readdir(join(folder, 'inside/real')), ['new']);
});
