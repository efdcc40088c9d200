import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, type TestContext, test } from 'node:test';
import type { VolumeBackend } from '@capsule/core';

/** A backend to try, with nothing in it. */
export interface VolumeBench {
  readonly backend: VolumeBackend;
  /** Puts a file into an attached volume, and reads it back. */
  write(hostPath: string, file: string, text: string): Promise<void>;
  read(hostPath: string, file: string): Promise<string>;
}

const MIB = 1024 * 1024;

/** What every `VolumeBackend` does. `open` gives a fresh bench; it cleans up after the test. */
export function volumeBackendContract(
  name: string,
  open: (t: TestContext) => Promise<VolumeBench>,
): void {
  // An emulated machine beside others needs a few minutes.
  suite(`volume backend contract: ${name}`, { timeout: 420_000 }, () => {
    const uid = randomUUID();
    const volume = { name: 'data', uid, sizeBytes: 64 * MIB };

    test('a volume that was made is listed with its identity and size, and takes little', async (t) => {
      const { backend } = await open(t);
      assert.deepEqual(await backend.list(), []);
      await backend.create(volume);
      const [seen, ...others] = await backend.list();
      assert.deepEqual(others, []);
      assert.deepEqual([seen?.name, seen?.uid, seen?.sizeBytes], ['data', uid, 64 * MIB]);
      assert.ok((seen?.usedBytes ?? 0) < 32 * MIB, `${seen?.usedBytes} of 64 MiB are used`);
      assert.equal(seen?.hostPath, undefined);
    });

    test('making it twice makes one, and never another one in its place', async (t) => {
      const { backend, write, read } = await open(t);
      await backend.create(volume);
      const { hostPath } = await backend.attach('data');
      await write(hostPath, 'note', 'kept');
      await backend.create(volume);
      const foreign = backend.create({ ...volume, uid: randomUUID() });
      await assert.rejects(foreign, { code: 'VOLUME_FOREIGN' });
      assert.equal(await read(hostPath, 'note'), 'kept');
    });

    test('what was written is there when it is attached again', async (t) => {
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

    test('a list never fails for what comes and goes meanwhile', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      let isOver = false;
      const changes = async () => {
        await backend.create({ name: 'other', uid: randomUUID(), sizeBytes: 64 * MIB });
        await backend.attach('data');
        await backend.detach('data');
        await backend.snapshot({ volume: 'data', snapshot: 'one' });
        await backend.removeSnapshot({ volume: 'data', snapshot: 'one' });
        await backend.remove('other');
      };
      const changing = changes().finally(() => {
        isOver = true;
      });
      const looks = async () => {
        while (!isOver) {
          const [list] = await Promise.all([backend.list(), backend.listSnapshots()]);
          assert.ok(list.some(({ name, uid: found }) => name === 'data' && found === uid));
          await backend.trim();
        }
      };
      await Promise.all([changing, looks()]);
    });

    test('one is empty until somebody writes, and again when it is cleared', async (t) => {
      const { backend, write } = await open(t);
      await backend.create(volume);
      const { hostPath } = await backend.attach('data');
      assert.equal(await backend.isEmpty('data'), true);
      await write(hostPath, 'note', 'kept');
      assert.equal(await backend.isEmpty('data'), false);
      await backend.clear('data');
      await backend.clear('data');
      assert.equal(await backend.isEmpty('data'), true);
    });

    test('one that is lent is in use, and nobody mounts it until it comes back', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      await backend.lend('data');
      await backend.lend('data');
      assert.equal((await backend.attached()).get('data'), 'lent');
      assert.equal((await backend.list())[0]?.hostPath, undefined);
      await assert.rejects(backend.attach('data'), { code: 'VOLUME_BUSY' });
      await assert.rejects(backend.grow('data', 2 * volume.sizeBytes), {
        code: 'VOLUME_GROWS_DETACHED',
      });
      await backend.detach('data');
      await backend.attach('data');
      await assert.rejects(backend.lend('data'), { code: 'VOLUME_BUSY' });
      await backend.detach('data');
      assert.equal((await backend.attached()).size, 0);
    });

    test('attaching and detaching twice are once', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      assert.deepEqual(await backend.attach('data'), await backend.attach('data'));
      await backend.detach('data');
      await backend.detach('data');
      await backend.detach('never-was');
    });

    test('it grows while it is detached, and while it is attached', async (t) => {
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

    test('a removed one is gone, also while it is attached, and its name is free', async (t) => {
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

    test('a snapshot keeps what was there at its moment, also of a mounted volume', async (t) => {
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

    test('a volume is put back to a snapshot, as itself, also after it grew', async (t) => {
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

    test('a snapshot outlives its volume, and is gone when it is removed', async (t) => {
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

    test('the pool tells what it is and how full', async (t) => {
      const { backend } = await open(t);
      await backend.create(volume);
      const pool = await backend.probe();
      assert.ok(pool.ok && pool.detail !== '');
      assert.ok(pool.totalBytes > pool.usedBytes && pool.usedBytes > 0);
    });
  });
}
