import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readInside } from './read-inside.ts';

/** A tree, and beside it a file that nothing inside may reach. */
async function tree(t: TestContext): Promise<string> {
  const outside = await mkdtemp(join(tmpdir(), 'capsule-read-inside-'));
  t.after(() => rm(outside, { recursive: true }));
  await writeFile(join(outside, 'passwd'), 'secret');
  const root = join(outside, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  await mkdir(join(root, 'usr'));
  return root;
}

test('a file is read, up to the limit', async (t) => {
  const root = await tree(t);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0');
  assert.equal(await readInside(root, '/etc/passwd', 100), 'root:x:0:0');
  assert.equal(await readInside(root, '/etc/passwd', 4), 'root');
});

test('links are followed as from the root of the tree', async (t) => {
  const root = await tree(t);
  await writeFile(join(root, 'usr/passwd'), 'inside');
  for (const target of ['/usr/passwd', '../usr/passwd', '../../../../usr/passwd', 'other']) {
    const link = join(root, 'etc/passwd');
    await rm(link, { force: true });
    await symlink(target, link);
    await symlink('../usr/passwd', join(root, 'etc/other')).catch(() => undefined);
    assert.equal(await readInside(root, '/etc/passwd', 100), 'inside', target);
  }
});

test('no link leads out of the tree', async (t) => {
  const root = await tree(t);
  const targets = [
    '../../passwd',
    join(root, '../passwd'),
    '/../passwd',
    '/proc/self/root/etc/passwd',
  ];
  for (const target of targets) {
    const link = join(root, 'etc/passwd');
    await rm(link, { force: true });
    await symlink(target, link);
    assert.equal(await readInside(root, '/etc/passwd', 100), '', target);
  }
});

test('a directory that is a link out of the tree is followed inside', async (t) => {
  const root = await tree(t);
  await rm(join(root, 'etc'), { recursive: true });
  await symlink('..', join(root, 'etc'));
  assert.equal(await readInside(root, '/etc/passwd', 100), '');
});

test('circles, directories and what is not there read as empty', async (t) => {
  const root = await tree(t);
  await symlink('passwd', join(root, 'etc/passwd'));
  await mkdir(join(root, 'etc/group'));
  for (const path of [
    '/etc/passwd',
    '/etc/group',
    '/etc/none',
    '/none/passwd',
    '/',
    '/etc/group/x',
  ]) {
    assert.equal(await readInside(root, path, 100), '', path);
  }
});
