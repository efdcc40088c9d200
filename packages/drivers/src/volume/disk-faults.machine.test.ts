import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { lvm, run } from '@capsule/host';
import { inMachine } from '@capsule/testkit/in-machine';
import { LvmThinVolumes } from './lvm-thin-volumes.ts';

const MIB = 1024 * 1024;
const POOL = { group: 'capsule', pool: 'thinpool', backupFolder: '/tmp/lvm' };
const DISK = '/dev/mapper/disk';
const BOUND = { timeout: 120_000 };

/**
 * Of 512 bytes. It leaves out the beginning of the disk, so LVM does not find the same label on two devices.
 */
const SECTORS = 2 * 1024 * 1024;
const GOOD = 'linear /dev/vdb 65536';

/** Switches the disk to GOOD or to `error`. */
async function turnInto(target: string): Promise<void> {
  const table = ['--table', `0 ${SECTORS} ${target}`];
  const isThere = (await run('dmsetup', ['info', 'disk'], { allow: [0, 1] })).exitCode === 0;
  if (!isThere) await run('dmsetup', ['create', '--noudevsync', 'disk', ...table]);
  else {
    await run('dmsetup', ['suspend', '--nolockfs', '--noudevsync', 'disk']);
    await run('dmsetup', ['reload', 'disk', ...table]);
    await run('dmsetup', ['resume', '--noudevsync', 'disk']);
  }
  await run('dmsetup', ['mknodes']);
}

if (inMachine(import.meta.filename)) {
  const backend = new LvmThinVolumes({ ...POOL, mountRoot: '/run/volumes' });
  const volume = { name: 'data', uid: randomUUID(), sizeBytes: 128 * MIB };

  before(async () => {
    await turnInto(GOOD);
    await lvm(POOL, ['pvcreate', '--yes', DISK]);
    await lvm(POOL, ['vgcreate', '--yes', POOL.group, DISK]);
    const shape = ['--type', 'thin-pool', '--size', '200m', '--poolmetadatasize', '4m'];
    await lvm(POOL, ['lvcreate', '--yes', ...shape, '--name', POOL.pool, POOL.group]);
    // A full pool is an error at once, because nothing here frees space.
    await lvm(POOL, ['lvchange', '--yes', '--errorwhenfull', 'y', `${POOL.group}/${POOL.pool}`]);
  }, BOUND);
  after(() => turnInto(GOOD), BOUND);

  test('a full pool keeps synced data, and continues when there is space', BOUND, async () => {
    await backend.create(volume);
    await backend.create({ ...volume, name: 'other', uid: randomUUID() });
    const { hostPath } = await backend.attach('data');
    await writeFile(join(hostPath, 'kept'), 'kept');
    await run('sync', []);
    const other = (await backend.attach('other')).hostPath;
    for (const [place, bytes] of [
      [other, 100 * MIB],
      [hostPath, 100 * MIB],
    ] as const) {
      const file = await open(join(place, 'large'), 'w');
      const filled = async () => {
        await file.write(Buffer.alloc(bytes, 'x'));
        await file.sync();
      };
      if (place === other) await filled();
      else await assert.rejects(filled(), /EIO|ENOSPC/);
      await file.close();
    }
    const pool = await backend.probe();
    assert.ok(pool.usedBytes / pool.totalBytes > 0.98, JSON.stringify(pool));
    await backend.remove('other');
    await backend.detach('data');
    await backend.grow('data', volume.sizeBytes);
    const again = await backend.attach('data');
    assert.equal(await readFile(join(again.hostPath, 'kept'), 'utf8'), 'kept');
    await writeFile(join(again.hostPath, 'more'), 'more');
    await backend.remove('data');
  });

  test(
    'a failing disk is reported, its volumes can be detached, and it is used again after its repair',
    BOUND,
    async () => {
      await backend.create({ ...volume, uid: randomUUID() });
      const { hostPath } = await backend.attach('data');
      await writeFile(join(hostPath, 'kept'), 'kept');
      await run('sync', []);
      await turnInto('error');
      const file = await open(join(hostPath, 'lost'), 'w').catch((error: Error) => error);
      if (file instanceof Error) assert.match(file.message, /EIO|EROFS/);
      else {
        await file.write(Buffer.alloc(MIB, 'x'));
        await assert.rejects(file.sync(), /EIO|EROFS/);
        await file.close();
      }
      const made = backend.create({ ...volume, name: 'new', uid: randomUUID() });
      await assert.rejects(made, (error) => isCapsuleError(error));
      assert.equal((await backend.probe()).ok, false);
      await turnInto(GOOD);
      await backend.detach('data');
      assert.deepEqual([...(await backend.attached())], []);
      // As at the next start of the machine: the pool is checked then.
      await lvm(POOL, ['vgchange', '--activate', 'n', POOL.group]);
      await lvm(POOL, ['vgchange', '--activate', 'y', POOL.group]);
      assert.equal((await backend.probe()).ok, true);
      const again = await backend.attach('data');
      assert.equal(await readFile(join(again.hostPath, 'kept'), 'utf8'), 'kept');
      await backend.detach('data');
    },
  );
}
