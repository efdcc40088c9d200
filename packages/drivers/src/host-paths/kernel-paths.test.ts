import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KernelPaths } from './kernel-paths.ts';

test('a folder, a file and a link to one exist; a link that leads nowhere does not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-paths-'));
  t.after(() => rm(folder, { recursive: true }));
  const [good, bad, loop] = ['good', 'bad', 'loop'].map((name) => join(folder, name));
  await symlink(folder, good ?? '');
  await symlink('/absent/it/is', bad ?? '');
  await symlink('loop', loop ?? '');
  const paths = new KernelPaths();
  const seen = [folder, good, import.meta.filename, bad, loop, `${import.meta.filename}/x`];
  assert.deepEqual(
    seen.map((path) => paths.exists(path ?? '')),
    [true, true, true, false, false, false],
  );
});
