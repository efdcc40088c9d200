import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cellFiles } from './cell-files.ts';

const KEY = 'main_default_default_web';

test("every user of a container may read the files of its cell, whatever capsuled's umask is", async (t) => {
  const { files, modeOf } = await open(t);
  await files.write(KEY, 'hosts', 'text');
  assert.deepEqual(await modesOf(files.path(KEY, 'hosts'), modeOf), [0o644, 0o755]);
});

test('the next write repairs a file that an earlier capsuled made private', async (t) => {
  const { files, modeOf } = await open(t);
  await files.write(KEY, 'hosts', 'text');
  const { ino } = await stat(files.path(KEY, 'hosts'));
  await chmod(files.path(KEY, 'hosts'), 0o600);
  await files.write(KEY, 'hosts', 'text');
  assert.equal(await modeOf(files.path(KEY, 'hosts')), 0o644);
  assert.equal((await stat(files.path(KEY, 'hosts'))).ino, ino);
});

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'cell-files-'));
  const before = process.umask(0o077);
  t.after(async () => {
    process.umask(before);
    await rm(folder, { recursive: true });
  });
  const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;
  return { files: cellFiles(folder), modeOf };
}

function modesOf(path: string, modeOf: (path: string) => Promise<number>) {
  return Promise.all([path, join(path, '..')].map(modeOf));
}
