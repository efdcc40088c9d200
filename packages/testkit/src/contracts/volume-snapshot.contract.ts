import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { VolumeBench } from './volume-bench.ts';

const MIB = 1024 * 1024;

/** The contract of snapshots in every `VolumeBackend`; a part of `volumeBackendContract`. */
export function volumeSnapshotContract(open: (t: TestContext) => Promise<VolumeBench>): void {
  const uid = randomUUID();
  const volume = { name: 'data', uid, sizeBytes: 64 * MIB };

  test('a snapshot keeps the contents at its moment, also of a mounted volume', async (t) => {
    const { backend, write, read } = await open(t);
    await backend.create(volume);
    const { hostPath } = await backend.attach('data');
    await write(hostPath, 'note', 'first');
    const ref = { volume: 'data', snapshot: 'one' };
    await backend.snapshot(ref);
    await write(hostPath, 'note', 'second');
    await backend.snapshot(ref);
    const [seen, ...others] = await backend.listSnapshots();
    assert.deepEqual(others, []);
    assert.deepEqual([seen?.volume, seen?.snapshot, seen?.sizeBytes], ['data', 'one', 64 * MIB]);
    assert.deepEqual(
      (await backend.list()).map(({ name }) => name),
      ['data'],
    );
    const copy = { name: 'copy', uid: randomUUID(), sizeBytes: 96 * MIB };
    await backend.create(copy, ref);
    await backend.create(copy, ref);
    const there = (await backend.list()).find(({ name }) => name === 'copy');
    assert.deepEqual([there?.uid, there?.sizeBytes], [copy.uid, copy.sizeBytes]);
    const { hostPath: copied } = await backend.attach('copy');
    assert.equal(await read(copied, 'note'), 'first');
    await write(copied, 'note', 'third');
    assert.equal(await read(hostPath, 'note'), 'second');
  });

  test('a restored volume keeps its identity, also if it grew after the snapshot', async (t) => {
    const { backend, write, read } = await open(t);
    await backend.create(volume);
    const { hostPath } = await backend.attach('data');
    await write(hostPath, 'note', 'first');
    const ref = { volume: 'data', snapshot: 'one' };
    await backend.snapshot(ref);
    await write(hostPath, 'note', 'second');
    await backend.detach('data');
    await backend.grow('data', 128 * MIB);
    for (const _ of ['once', 'again']) {
      await backend.restore({ ...volume, sizeBytes: 128 * MIB }, ref);
    }
    const [seen] = await backend.list();
    assert.deepEqual([seen?.uid, seen?.sizeBytes], [uid, 128 * MIB]);
    assert.equal(await read((await backend.attach('data')).hostPath, 'note'), 'first');
  });

  test('a snapshot outlives its volume until it is removed', async (t) => {
    const { backend } = await open(t);
    const ref = { volume: 'data', snapshot: 'one' };
    await assert.rejects(backend.snapshot(ref), { code: 'VOLUME_MISSING' });
    await backend.create(volume);
    await backend.snapshot(ref);
    await backend.remove('data');
    assert.equal((await backend.listSnapshots()).length, 1);
    await backend.removeSnapshot(ref);
    await backend.removeSnapshot(ref);
    assert.deepEqual(await backend.listSnapshots(), []);
    const missing = { code: 'VOLUME_SNAPSHOT_MISSING', kind: 'notFound' };
    await assert.rejects(backend.create(volume, ref), missing);
    await backend.create(volume);
    await assert.rejects(backend.restore(volume, ref), missing);
    await backend.thaw();
  });
}
