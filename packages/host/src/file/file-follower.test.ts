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
  const reported: string[] = [];
  let wake = Promise.withResolvers<void>();
  const watch = new FileFollower({
    path,
    onText: (text) => {
      reported.push(text);
      wake.resolve();
    },
    onFailure: (failure) => wake.reject(failure),
  });
  t.after(() => watch[Symbol.asyncDispose]());
  await watch.start();
  /** Returns the text that the follower reported after `change`. */
  const after = async (change: () => Promise<void>) => {
    wake = Promise.withResolvers<void>();
    await change();
    await wake.promise;
    return reported.at(-1);
  };
  return { path, folder, reported, after };
}

test('the text is reported at the start, also when there is no file', async (t) => {
  assert.deepEqual((await open(t, 'nameserver 192.0.2.1\n')).reported, ['nameserver 192.0.2.1\n']);
  assert.deepEqual((await open(t)).reported, ['']);
});

test('a file that is written, replaced, created or removed is reported again', async (t) => {
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

test('a file that was only touched is not reported again', async (t) => {
  const { path, reported, after } = await open(t, 'same\n');
  await writeFile(path, 'same\n');
  assert.equal(await after(() => writeFile(path, 'other\n')), 'other\n');
  assert.deepEqual(reported, ['same\n', 'other\n']);
});

test('a file that cannot be read is reported once, and read later', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'followed');
  await mkdir(path);
  const failures: unknown[] = [];
  const reported = Promise.withResolvers<string>();
  const onFailure = (failure: unknown) => failures.push(failure);
  const watch = new FileFollower({ path, onText: reported.resolve, onFailure });
  t.after(() => watch[Symbol.asyncDispose]());
  await watch.start();
  await rmdir(path);
  await writeFile(path, 'now\n');
  assert.equal(await reported.promise, 'now\n');
  assert.equal((failures[0] as NodeJS.ErrnoException).code, 'EISDIR');
  assert.equal(failures.length, 1);
});
