import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileFollower } from './file-follower.ts';

async function open(t: TestContext, before?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'followed');
  if (before !== undefined) await writeFile(path, before);
  const told: string[] = [];
  let wake = Promise.withResolvers<void>();
  const watch = new FileFollower({
    path,
    tell: (text) => {
      told.push(text);
      wake.resolve();
    },
    onFailure: (failure) => wake.reject(failure),
  });
  t.after(() => watch[Symbol.asyncDispose]());
  await watch.start();
  /** The text that is told after `change`. */
  const after = async (change: () => Promise<void>) => {
    wake = Promise.withResolvers<void>();
    await change();
    await wake.promise;
    return told.at(-1);
  };
  return { path, folder, told, after };
}

test('the text is told at the start, also when there is no file', async (t) => {
  assert.deepEqual((await open(t, 'nameserver 192.0.2.1\n')).told, ['nameserver 192.0.2.1\n']);
  assert.deepEqual((await open(t)).told, ['']);
});

test('a file that is written, replaced, made or removed is told anew', async (t) => {
  const { path, folder, after } = await open(t);
  assert.equal(await after(() => writeFile(path, 'one\n')), 'one\n');
  assert.equal(await after(() => writeFile(path, 'two\n')), 'two\n');
  const next = join(folder, 'next');
  await writeFile(next, 'three\n');
  assert.equal(await after(() => rename(next, path)), 'three\n');
  assert.equal(await after(() => rm(path)), '');
});

test('the file behind a link is followed', async (t) => {
  const { path, folder, after } = await open(t);
  const target = join(await mkdtemp(join(folder, 'run-')), 'followed');
  await writeFile(target, 'one\n');
  assert.equal(await after(() => symlink(target, path)), 'one\n');
  assert.equal(await after(() => writeFile(target, 'two\n')), 'two\n');
  const next = join(folder, 'next');
  await writeFile(next, 'three\n');
  assert.equal(await after(() => rename(next, target)), 'three\n');
});

test('a file that was only touched is not told again', async (t) => {
  const { path, told, after } = await open(t, 'same\n');
  await writeFile(path, 'same\n');
  assert.equal(await after(() => writeFile(path, 'other\n')), 'other\n');
  assert.deepEqual(told, ['same\n', 'other\n']);
});

test('what cannot be read is told once, and read when it can be', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'followed');
  await mkdir(path);
  const failures: unknown[] = [];
  const told = Promise.withResolvers<string>();
  const onFailure = (failure: unknown) => failures.push(failure);
  const watch = new FileFollower({ path, tell: told.resolve, onFailure });
  t.after(() => watch[Symbol.asyncDispose]());
  await watch.start();
  await rmdir(path);
  await writeFile(path, 'now\n');
  assert.equal(await told.promise, 'now\n');
  assert.equal((failures[0] as NodeJS.ErrnoException).code, 'EISDIR');
  assert.equal(failures.length, 1);
});
