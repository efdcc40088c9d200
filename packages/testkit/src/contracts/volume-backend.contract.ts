import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, type TestContext, test } from 'node:test';
import type { VolumeBench } from './volume-bench.ts';
import { volumeSnapshotContract } from './volume-snapshot.contract.ts';
import { volumeUseContract } from './volume-use.contract.ts';

const MIB = 1024 * 1024;

/** The contract of every `VolumeBackend`. `open` returns a fresh bench; it cleans up after the test. */
export function volumeBackendContract(
  name: string,
  open: (t: TestContext) => Promise<VolumeBench>,
): void {
  // While others run, an emulated machine needs a few minutes.
  suite(`volume backend contract: ${name}`, { timeout: 420_000 }, () => {
    const uid = randomUUID();
    const volume = { name: 'data', uid, sizeBytes: 64 * MIB };

    test('a new volume is listed with its identity and size, and takes up little space', async (t) => {
      const { backend } = await open(t);
      assert.deepEqual(await backend.list(), []);
      await backend.create(volume);
      const [seen, ...others] = await backend.list();
      assert.deepEqual(others, []);
      assert.deepEqual([seen?.name, seen?.uid, seen?.sizeBytes], ['data', uid, 64 * MIB]);
      assert.ok((seen?.usedBytes ?? 0) < 32 * MIB, `${seen?.usedBytes} of 64 MiB are used`);
      assert.equal(seen?.hostPath, undefined);
    });

    test('creating a volume twice creates one volume, and never replaces it', async (t) => {
      const { backend, write, read } = await open(t);
      await backend.create(volume);
      const { hostPath } = await backend.attach('data');
      await write(hostPath, 'note', 'kept');
      await backend.create(volume);
      const foreign = backend.create({ ...volume, uid: randomUUID() });
      await assert.rejects(foreign, { code: 'VOLUME_FOREIGN' });
      assert.equal(await read(hostPath, 'note'), 'kept');
    });

    test('written data is present after the volume is attached again', async (t) => {
      const { backend, write, read } = await open(t);
      await backend.create(volume);
      const first = await backend.attach('data');
      assert.equal((await backend.list())[0]?.hostPath, first.hostPath);
      await write(first.hostPath, 'note', 'kept');
      await backend.detach('data');
      assert.equal((await backend.list())[0]?.hostPath, undefined);
      const { hostPath } = await backend.attach('data');
      assert.equal(await read(hostPath, 'note'), 'kept');
    });

    test('attaching or detaching a volume twice has the effect of once', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      assert.deepEqual(await backend.attach('data'), await backend.attach('data'));
      await backend.detach('data');
      await backend.detach('data');
      await backend.detach('never-was');
    });

    test('a volume can grow while it is detached and while it is attached', async (t) => {
      const { backend, write, read } = await open(t);
      await backend.create(volume);
      await backend.grow('data', 96 * MIB);
      const { hostPath } = await backend.attach('data');
      await write(hostPath, 'note', 'kept');
      await backend.grow('data', 160 * MIB).catch(async (error: { code?: string }) => {
        assert.equal(error.code, 'VOLUME_GROWS_DETACHED');
        t.diagnostic('this machine does not let a mounted filesystem grow');
        await backend.detach('data');
        await backend.grow('data', 160 * MIB);
        await backend.attach('data');
      });
      assert.equal((await backend.list())[0]?.sizeBytes, 160 * MIB);
      await write(hostPath, 'large', 'x'.repeat(100 * MIB));
      assert.equal(await read(hostPath, 'note'), 'kept');
      await backend.grow('data', 32 * MIB);
      assert.equal((await backend.list())[0]?.sizeBytes, 160 * MIB);
    });

    test('a volume can be removed, also while it is attached, and its name is free afterwards', async (t) => {
      const { backend, write, read } = await open(t);
      await backend.create(volume);
      const { hostPath } = await backend.attach('data');
      await write(hostPath, 'note', 'old');
      await backend.remove('data');
      await backend.remove('data');
      assert.deepEqual(await backend.list(), []);
      await assert.rejects(backend.attach('data'), { code: 'VOLUME_MISSING', kind: 'notFound' });
      await assert.rejects(backend.grow('data', 96 * MIB), { code: 'VOLUME_MISSING' });
      await backend.create({ ...volume, uid: randomUUID() });
      const again = await backend.attach('data');
      await assert.rejects(read(again.hostPath, 'note'), { code: 'ENOENT' });
    });

    volumeUseContract(open);
    volumeSnapshotContract(open);

    test('the pool reports its kind and how full it is', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      const pool = await backend.probe();
      assert.ok(pool.ok && pool.detail !== '');
      assert.ok(pool.totalBytes > pool.usedBytes && pool.usedBytes > 0);
    });
  });
}
