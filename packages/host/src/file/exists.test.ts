import assert from 'node:assert/strict';
import { mkdtempDisposable, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exists, isTaken } from './exists.ts';

const HERE = import.meta.dirname;

test('a path to a file, folder or valid link exists', async () => {
  for (const look of [exists, isTaken]) {
    assert.equal(await look(HERE), true);
    assert.equal(await look(`${HERE}/nowhere`), false);
    assert.equal(await look(`${import.meta.filename}/x`), false);
  }
});

test('the name of a dangling link is taken, and the path does not exist', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-exists-'));
  const link = join(folder.path, 'link');
  await symlink('nowhere', link);
  assert.equal(await exists(link), false);
  assert.equal(await isTaken(link), true);
});

test('a path that cannot be inspected is an error, not a missing path', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-exists-'));
  const loop = join(folder.path, 'loop');
  await symlink('loop', loop);
  await assert.rejects(exists(loop), { code: 'ELOOP' });
  for (const look of [exists, isTaken]) {
    await assert.rejects(look(join(HERE, 'x'.repeat(300))), { code: 'ENAMETOOLONG' });
  }
});
