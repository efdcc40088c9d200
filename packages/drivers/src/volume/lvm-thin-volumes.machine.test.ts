import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { listLogicalVolumes, listMounts, lvm, mount, run, unmount } from '@capsule/host';
import { inMachine } from '@capsule/testkit/in-machine';
import { volumeBackendContract } from '@capsule/testkit/volume-backend-contract';
import { LvmThinVolumes } from './lvm-thin-volumes.ts';

const MIB = 1024 * 1024;
const POOL = { group: 'capsule', pool: 'thinpool', backupFolder: '/tmp/lvm' };

async function openBench(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-volumes-'));
  const backend = new LvmThinVolumes({ ...POOL, mountRoot: join(folder, 'mounts') });
  t.after(async () => {
    for (const { name } of await backend.list()) await backend.remove(name);
    for (const ref of await backend.listSnapshots()) await backend.removeSnapshot(ref);
    await unmount(join(folder, 'mounts'));
    assert.deepEqual(
      (await listMounts()).filter(({ path }) => path.startsWith(folder)),
      [],
    );
    const left = (await listLogicalVolumes(POOL, POOL.group)).map(({ name }) => name);
    assert.deepEqual(
      left.filter((name) => !name.startsWith('thinpool') && name !== 'lvol0_pmspare'),
      [],
    );
  });
  return {
    backend,
    folder,
    write: (path: string, file: string, text: string) => writeFile(join(path, file), text),
    read: (path: string, file: string) => readFile(join(path, file), 'utf8'),
  };
}

if (inMachine(import.meta.filename)) {
  before(async () => {
    await lvm(POOL, ['pvcreate', '/dev/vdb']);
    await lvm(POOL, ['vgcreate', POOL.group, '/dev/vdb']);
    const shape = ['--type', 'thin-pool', '--size', '4g', '--poolmetadatasize', '16m'];
    await lvm(POOL, ['lvcreate', '--yes', ...shape, '--name', POOL.pool, POOL.group]);
  });

  volumeBackendContract('lvm thin', openBench);

  suite('volumes in a thin pool', { timeout: 120_000 }, () => {
    const volume = (name = 'data') => ({ name, uid: randomUUID(), sizeBytes: 64 * MIB });

    test('an interrupted creation is not listed as a volume, and does not prevent the next', async (t) => {
      const { backend } = await openBench(t);
      const shape = ['--type', 'thin', '--virtualsize', '64m', '--thinpool', POOL.pool];
      await lvm(POOL, ['lvcreate', '--yes', ...shape, '--name', 'new-data', POOL.group]);
      assert.deepEqual(await backend.list(), []);
      await backend.create(volume());
      assert.equal((await backend.list()).length, 1);
    });

    test('the next try completes a growth that stopped after the device', async (t) => {
      const { backend } = await openBench(t);
      await backend.create(volume());
      await lvm(POOL, ['lvextend', '--size', '128m', 'capsule/vol-data']);
      await backend.grow('data', 128 * MIB);
      const { hostPath } = await backend.attach('data');
      await writeFile(join(hostPath, 'large'), Buffer.alloc(90 * MIB));
    });

    test('a device that another program has mounted is not mounted a second time', async (t) => {
      const { backend, folder } = await openBench(t);
      await backend.create(volume());
      const other = await mkdtemp(join(folder, 'other-'));
      await mount('/dev/capsule/vol-data', other, ['rw']);
      try {
        await assert.rejects(backend.attach('data'), { code: 'VOLUME_BUSY', kind: 'precondition' });
        await assert.rejects(run('mkfs.ext4', ['-q', '/dev/capsule/vol-data']));
      } finally {
        await unmount(other);
      }
    });

    test('deleted files return their space to the pool', async (t) => {
      const { backend } = await openBench(t);
      await backend.create({ ...volume(), sizeBytes: 256 * MIB });
      const { hostPath } = await backend.attach('data');
      await writeFile(join(hostPath, 'large'), Buffer.alloc(128 * MIB, 'x'));
      await run('sync', []);
      const used = async () => (await backend.list())[0]?.usedBytes ?? 0;
      assert.ok((await used()) > 128 * MIB);
      await run('rm', [join(hostPath, 'large')]);
      await run('sync', []);
      await run('fstrim', [hostPath]);
      assert.ok((await used()) < 64 * MIB, `${await used()} bytes are used`);
    });

    test('the metadata before each change is kept', async () => {
      assert.ok((await readdir('/tmp/lvm/archive')).length > 0);
    });
  });

  after(() => undefined);
}
