import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseLibraries } from './program-closure.ts';
import { treePath } from './tree-path.ts';

test('reads the libraries that the dynamic loader lists', () => {
  const list = `\tlinux-vdso.so.1 (0x00007f1df7719000)
\tlibcap.so.2 => /lib/x86_64-linux-gnu/libcap.so.2 (0x00007f1df7529000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f1df771b000)
`;
  assert.deepEqual(parseLibraries(list), [
    '/lib/x86_64-linux-gnu/libcap.so.2',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
});

test('follows relative and absolute links inside the tree, and never out of it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'capsule-tree-'));
  try {
    await mkdir(join(root, 'usr/lib'), { recursive: true });
    await symlink('usr/lib', join(root, 'lib'));
    await symlink('/../lib/b.so', join(root, 'usr/lib/a.so'));
    await symlink('b.so.1', join(root, 'usr/lib/b.so'));
    await writeFile(join(root, 'usr/lib/b.so.1'), '');
    assert.deepEqual(await treePath(root, '/lib/a.so'), [
      { path: 'lib', link: 'usr/lib' },
      { path: 'usr/lib/a.so', link: '/../lib/b.so' },
      { path: 'lib', link: 'usr/lib' },
      { path: 'usr/lib/b.so', link: 'b.so.1' },
      { path: 'usr/lib/b.so.1' },
    ]);
    await assert.rejects(treePath(root, '/lib/c.so'), { code: 'IMAGER_PROGRAM_MISSING' });
  } finally {
    await rm(root, { recursive: true });
  }
});
