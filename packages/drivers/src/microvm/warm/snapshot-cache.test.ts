import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SnapshotCache } from './snapshot-cache.ts';

const KIB = 1024;
const write = (bytes: number) => async (into: string) => {
  for (const name of ['state', 'memory']) await writeFile(join(into, name), Buffer.alloc(bytes, 1));
};

async function open(mostBytes = 1024 * KIB) {
  const parent = await mkdtempDisposable(join(tmpdir(), 'capsule-snapshots-'));
  const folder = join(parent.path, 'snapshots');
  return {
    folder,
    cache: new SnapshotCache(folder, mostBytes),
    [Symbol.asyncDispose]: () => parent[Symbol.asyncDispose](),
  };
}

test('a snapshot is found when it is whole, in a folder for its owner alone', async () => {
  await using opened = await open();
  const { cache, folder } = opened;
  assert.equal(await cache.find('a'), undefined);
  await cache.add('a', KIB, async (into) => {
    await write(KIB)(into);
    assert.equal(await cache.find('a'), undefined);
  });
  const found = await cache.find('a');
  assert.deepEqual(found, { state: join(folder, 'a/state'), memory: join(folder, 'a/memory') });
  for (const path of [folder, join(folder, 'a')]) {
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  }
  await cache.remove('a');
  assert.equal(await cache.find('a'), undefined);
});

test('a failure leaves nothing, and what a kill has left is removed by the next one', async () => {
  await using opened = await open();
  const { cache, folder } = opened;
  await assert.rejects(
    cache.add('a', KIB, async (into) => {
      await write(KIB)(into);
      throw new TypeError('broken');
    }),
    /broken/,
  );
  assert.deepEqual(await readdir(folder), []);
  await mkdir(join(folder, 'b.new'));
  await cache.add('a', KIB, write(KIB));
  assert.deepEqual(await readdir(folder), ['a']);
});

test('the snapshot that was not used for longest makes room', async () => {
  await using opened = await open(100 * KIB);
  const { cache, folder } = opened;
  for (const key of ['a', 'b']) await cache.add(key, 40 * KIB, write(20 * KIB));
  await utimes(join(folder, 'a'), 1, 1);
  await utimes(join(folder, 'b'), 2, 2);
  await cache.find('a');
  await cache.add('c', 40 * KIB, write(20 * KIB));
  assert.deepEqual((await readdir(folder)).toSorted(), ['a', 'c']);
  await assert.rejects(cache.add('d', 101 * KIB, write(1)), { code: 'MICROVM_NO_SNAPSHOT' });
});
