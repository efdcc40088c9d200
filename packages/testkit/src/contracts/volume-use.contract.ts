import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { VolumeBench } from './volume-bench.ts';

const MIB = 1024 * 1024;

/** The contract of concurrent use of every `VolumeBackend`; a part of `volumeBackendContract`. */
export function volumeUseContract(open: (t: TestContext) => Promise<VolumeBench>): void {
  const uid = randomUUID();
  const volume = { name: 'data', uid, sizeBytes: 64 * MIB };

  test('a list never fails because of concurrent creations and deletions', async (t) => {
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

  test('a volume is empty until a workload writes to it, and after it is cleared', async (t) => {
    const { backend, write } = await open(t);
    await backend.create(volume);
    const { hostPath } = await backend.attach('data');
    assert.equal(await backend.isEmpty('data'), true);
    await write(hostPath, 'note', 'kept');
    assert.equal(await backend.isEmpty('data'), false);
    assert.equal(await backend.holds('data', 'note'), true);
    await backend.clear('data');
    await backend.clear('data');
    assert.equal(await backend.isEmpty('data'), true);
    assert.equal(await backend.holds('data', 'note'), false);
  });

  test('a borrowed volume is in use, and cannot be mounted until it is returned', async (t) => {
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
}
