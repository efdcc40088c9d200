import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolderAs, writeFileAs } from './exact-mode.ts';

const MODES = [0o600, 0o644, 0o1777, 0o666];

for (const umask of [0o077, 0o022, 0o000]) {
  test(`a file has the requested mode under umask ${umask.toString(8)}`, async (t) => {
    const folder = await scratch(t, umask);
    for (const mode of MODES) {
      const path = join(folder, `file-${mode.toString(8)}`);
      await writeFileAs(path, 'one', mode);
      await writeFileAs(path, 'two', mode);
      assert.equal(await readFile(path, 'utf8'), 'two');
      assert.equal(await modeOf(path), mode);
    }
  });

  test(`a folder and each new folder above it have the requested mode under umask ${umask.toString(8)}`, async (t) => {
    const folder = await scratch(t, umask);
    const path = join(folder, 'a/b/c');
    await makeFolderAs(path, 0o755);
    const made = [path, join(folder, 'a/b'), join(folder, 'a')];
    assert.deepEqual(await Promise.all(made.map(modeOf)), [0o755, 0o755, 0o755]);
    assert.equal(await modeOf(folder), 0o700);
  });
}

test('an existing file or folder gets the requested mode, and stays the same file', async (t) => {
  const folder = await scratch(t, 0o077);
  const path = join(folder, 'file');
  await writeFile(path, 'before');
  const { ino } = await stat(path);
  await writeFileAs(path, 'after', 0o644);
  assert.deepEqual([(await stat(path)).ino, await modeOf(path)], [ino, 0o644]);
  await chmod(folder, 0o700);
  await makeFolderAs(folder, 0o755);
  assert.equal(await modeOf(folder), 0o755);
});

async function scratch(t: TestContext, umask: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'exact-mode-'));
  const before = process.umask(umask);
  t.after(async () => {
    process.umask(before);
    await rm(folder, { recursive: true });
  });
  return folder;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777;
}
