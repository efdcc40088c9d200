import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cache, type Fill } from './cache.ts';

async function scratch() {
  const path = await mkdtemp(join(tmpdir(), 'capsule-cache-'));
  const remove = () => rm(path, { recursive: true, force: true });
  return { path, cache: new Cache(path), [Symbol.asyncDispose]: remove };
}

const writing =
  (text: string): Fill =>
  async (directory) => {
    await writeFile(join(directory, 'file'), text);
    return { sizeBytes: text.length };
  };

test('fills an entry once and finds it afterwards', async () => {
  await using place = await scratch();
  const first = await place.cache.ensure('k', writing('one'));
  const second = await place.cache.ensure('k', writing('two'));
  assert.deepEqual([first.fresh, second.fresh], [true, false]);
  assert.equal(await readFile(join(second.path, 'file'), 'utf8'), 'one');
  assert.equal(second.sizeBytes, 3);
});

for (const umask of [0o077, 0o000]) {
  test(`an entry filled with umask ${umask.toString(8)} has the modes of one filled with 022`, async (t) => {
    await using place = await scratch();
    t.after(umaskFor(umask));
    const { path } = await place.cache.ensure('k', makingFolder);
    assert.deepEqual(await modesIn(path), [0o755, 0o644]);
    assert.equal(process.umask(), umask);
  });
}

test('an entry that was filled with another umask is filled again', async (t) => {
  await using place = await scratch();
  const entry = join(place.path, 'entry/k');
  const restore = umaskFor(0o077);
  t.after(restore);
  await mkdir(join(entry, 'tree'), { recursive: true });
  await makingFolder(join(entry, 'tree'));
  await writeFile(join(entry, 'entry.json'), '{"key":"k","sizeBytes":1}');
  assert.equal(await place.cache.find('k'), undefined);
  const made = await place.cache.ensure('k', makingFolder);
  assert.deepEqual([made.fresh, await modesIn(made.path)], [true, [0o755, 0o644]]);
  assert.equal((await place.cache.ensure('k', makingFolder)).fresh, false);
});

const makingFolder: Fill = async (directory) => {
  await mkdir(join(directory, 'folder'));
  await writeFile(join(directory, 'folder/file'), '');
  return { sizeBytes: 1 };
};

async function modesIn(path: string): Promise<readonly number[]> {
  const parts = [join(path, 'folder'), join(path, 'folder/file')];
  return Promise.all(parts.map(async (part) => (await stat(part)).mode & 0o777));
}

/** Sets the umask; the returned function restores the earlier one. */
function umaskFor(umask: number): () => void {
  const before = process.umask(umask);
  return () => void process.umask(before);
}

test('two concurrent callers fill an entry once', async () => {
  await using place = await scratch();
  let filled = 0;
  const fill: Fill = async (directory) => {
    filled += 1;
    return writing('x')(directory);
  };
  const other = new Cache(place.path);
  await Promise.all([place.cache.ensure('k', fill), other.ensure('k', fill)]);
  assert.equal(filled, 1);
});

test('a failed build leaves no entry, and the next build starts clean', async () => {
  await using place = await scratch();
  const failing: Fill = async (directory) => {
    await writeFile(join(directory, 'half'), '');
    throw new Error('killed');
  };
  await assert.rejects(place.cache.ensure('k', failing), { message: 'killed' });
  assert.equal(await place.cache.find('k'), undefined);
  const entry = await place.cache.ensure('k', writing('whole'));
  assert.deepEqual(await readdir(entry.path), ['file']);
});

test('removes entries that were not used for long, except those in use', async () => {
  await using place = await scratch();
  const long = new Date(Date.now() - 100_000);
  for (const key of ['old', 'busy', 'new']) {
    await place.cache.ensure(key, writing(key));
    if (key !== 'new') await utimes(join(place.path, 'entry', key, 'entry.json'), long, long);
  }
  const busy = new Set([join(place.path, 'entry', 'busy', 'tree')]);
  assert.deepEqual(await place.cache.prune(50_000, busy), ['old']);
  assert.deepEqual((await readdir(join(place.path, 'entry'))).sort(), ['busy', 'new']);
});

test('a clean-up removes leftovers of a killed build, but no entry that is being filled', async () => {
  await using place = await scratch();
  await mkdir(join(place.path, 'tmp', 'dead', 'tree'), { recursive: true });
  const fill: Fill = async (directory) => {
    await place.cache.prune(50_000, new Set());
    return writing('alive')(directory);
  };
  const entry = await place.cache.ensure('k', fill);
  assert.equal(await readFile(join(entry.path, 'file'), 'utf8'), 'alive');
  assert.deepEqual(await readdir(join(place.path, 'tmp')), []);
});

test('finding an entry counts as using it', async () => {
  await using place = await scratch();
  const long = new Date(Date.now() - 100_000);
  await place.cache.ensure('k', writing('k'));
  await utimes(join(place.path, 'entry', 'k', 'entry.json'), long, long);
  await place.cache.find('k');
  assert.deepEqual(await place.cache.prune(50_000, new Set()), []);
});

test('an entry without its description counts as unfinished', async () => {
  await using place = await scratch();
  await mkdir(join(place.path, 'entry', 'k', 'tree'), { recursive: true });
  assert.equal(await place.cache.find('k'), undefined);
});

for (const text of ['', '{"key":']) {
  test(`an entry with the description ${JSON.stringify(text)} is filled again`, async () => {
    await using place = await scratch();
    const { path } = await place.cache.ensure('k', writing('one'));
    await writeFile(join(path, '..', 'entry.json'), text);
    const again = await place.cache.ensure('k', writing('two'));
    assert.deepEqual(
      [again.fresh, await readFile(join(again.path, 'file'), 'utf8')],
      [true, 'two'],
    );
  });
}
