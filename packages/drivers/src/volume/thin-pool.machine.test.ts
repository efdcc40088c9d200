import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { lvm, run } from '@capsule/host';
import { inMachine } from '@capsule/testkit/in-machine';
import { openVolumes } from './open-volumes.ts';
import {
  findThinPool,
  makeThinPool,
  type ThinPoolOptions,
  type ThinPoolStep,
} from './thin-pool.ts';

const DEVICE = '/dev/vdb';
const STEPS: readonly ThinPoolStep[] = ['chosen', 'physical', 'group', 'pool'];

async function options(): Promise<ThinPoolOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'pool-'));
  const files = { backupFolder: join(folder, 'lvm'), stateFile: join(folder, 'pool.json') };
  return { group: 'capsule', pool: 'thinpool', ...files };
}

async function wipe(): Promise<void> {
  const settings = { backupFolder: '/tmp/lvm', device: DEVICE };
  const groups = await lvm(settings, ['vgs', '--noheadings', '-o', 'vg_name']);
  if (groups.trim() !== '') await lvm(settings, ['vgremove', '--yes', '--force', 'capsule']);
  await run('wipefs', ['--all', '--quiet', DEVICE]);
  await run('blkdiscard', ['--zeroout', '--length', '32MiB', DEVICE]);
}

/** Writes a table with one Linux partition, as on a disk from an old computer. */
async function writePartitionTable(): Promise<void> {
  const sector = Buffer.alloc(512);
  sector.writeUInt8(0x83, 446 + 4);
  sector.writeUInt32LE(2048, 446 + 8);
  sector.writeUInt32LE(100_000, 446 + 12);
  sector.writeUInt16LE(0xaa55, 510);
  await using device = await open(DEVICE, 'r+');
  await device.write(sector, 0, sector.length, 0);
  await device.sync();
}

/** Leaves the state of a power cut after LVM has recorded a change and before it sends it to the pool. */
async function cutPowerBeforePoolChange(pool: ThinPoolOptions, lv: string): Promise<void> {
  const shape = ['--type', 'thin', '--virtualsize', '64m', '--thinpool', 'thinpool'];
  await lvm(pool, ['lvcreate', '--yes', ...shape, '--name', lv, 'capsule']);
  const columns = ['--noheadings', '-o'];
  const show = async (column: string, name: string) =>
    (await lvm(pool, ['lvs', ...columns, column, `capsule/${name}`])).trim();
  const id = await show('thin_id', lv);
  const transaction = Number(await show('transaction_id', 'thinpool'));
  await lvm(pool, ['vgcfgbackup', '--file', '/tmp/group', 'capsule']);
  await lvm(pool, ['lvchange', '-an', `capsule/${lv}`]);
  for (const words of [`delete ${id}`, `set_transaction_id ${transaction} ${transaction - 1}`]) {
    await run('dmsetup', ['message', 'capsule-thinpool-tpool', '0', words]);
  }
  await lvm(pool, ['vgchange', '-an', 'capsule']);
  const text = await readFile('/tmp/group', 'utf8');
  const pending = `message1 {\ncreate = "${lv}"\n}`;
  await writeFile('/tmp/group', text.replace(/^\s*transaction_id = \d+$/m, `$&\n${pending}`));
  await lvm(pool, ['vgcfgrestore', '--force', '--file', '/tmp/group', 'capsule']);
}

if (inMachine(import.meta.filename)) {
  afterEach(wipe);

  test('a blank disk becomes the pool once, and is then found by its identity', async () => {
    const pool = await options();
    assert.equal(await findThinPool(pool), undefined);
    await makeThinPool(DEVICE, pool);
    await makeThinPool(DEVICE, pool);
    assert.equal(await findThinPool(pool), DEVICE);
    const { physicalVolume } = JSON.parse(await readFile(pool.stateFile, 'utf8'));
    const shown = await lvm(pool, ['pvs', '--noheadings', '-o', 'pv_uuid', DEVICE]);
    assert.equal(shown.trim(), physicalVolume);
    // A capsule that was installed again, then another capsule.
    await rm(pool.stateFile);
    assert.equal(await findThinPool(pool), DEVICE);
    const other = await options();
    await lvm(pool, ['vgchange', '--deltag', 'capsule', 'capsule']);
    await assert.rejects(findThinPool(other), { code: 'VOLUME_POOL_FOREIGN' });
  });

  test('its own disk is found beside one with a group of the same name', async () => {
    const pool = await options();
    await writeFile('/tmp/other', '');
    await truncate('/tmp/other', 64 * 1024 * 1024);
    const plugIn = async () =>
      (await run('losetup', ['--find', '--show', '/tmp/other'])).stdout.trim();
    // The disk of another machine, which is unplugged while the pool is made.
    const other = await plugIn();
    await lvm({ ...pool, device: other }, ['vgcreate', '--yes', 'capsule', other]);
    await run('losetup', ['--detach', other]);
    await makeThinPool(DEVICE, pool);
    const device = await plugIn();
    try {
      assert.equal(await findThinPool(pool), DEVICE);
      const faultPoint = () => undefined;
      const places = { folder: '/tmp/volumes', mountRoot: '/tmp/mounts' };
      const opened = await openVolumes({ pool, faultPoint, ...places });
      await opened.create({ name: 'data', uid: randomUUID(), sizeBytes: 64 * 1024 * 1024 });
      assert.equal((await opened.list()).length, 1);
      await rm(pool.stateFile);
      await assert.rejects(findThinPool(pool), { code: 'VOLUME_POOL_FOREIGN' });
    } finally {
      await run('losetup', ['--detach', device]);
    }
  });

  test('a volume that LVM recorded but did not send to the pool before a power cut is repaired', async () => {
    const pool = await options();
    await makeThinPool(DEVICE, pool);
    await cutPowerBeforePoolChange(pool, 'vol-late');
    for (const _ of ['once', 'again']) assert.equal(await findThinPool(pool), DEVICE);
    const shown = await lvm(pool, ['lvs', '--noheadings', '-o', 'lv_name,lv_active', 'capsule']);
    assert.match(shown, /vol-late\s+active/);
    assert.doesNotMatch(shown, /settle/);
  });

  test('a capsule whose disk is missing has no volumes, rather than others', async () => {
    const pool = await options();
    const places = { folder: '/tmp/volumes', mountRoot: '/tmp/mounts' };
    const open = () => openVolumes({ pool, faultPoint: () => undefined, ...places });
    assert.equal((await open()).kind, 'loop-file');
    await makeThinPool(DEVICE, pool);
    await wipe();
    const opened = await open();
    assert.equal(opened.kind, 'lvm-thin');
    const volume = { name: 'data', uid: randomUUID(), sizeBytes: 64 * 1024 * 1024 };
    await assert.rejects(opened.create(volume), { code: 'VOLUME_POOL_AWAY' });
  });

  for (const step of STEPS) {
    test(`the next try completes one that was interrupted after ${step}`, async () => {
      const pool = await options();
      const faultPoint = (reached: ThinPoolStep) => assert.notEqual(reached, step, 'cut');
      await assert.rejects(makeThinPool(DEVICE, { ...pool, faultPoint }), /cut/);
      await makeThinPool(DEVICE, pool);
      assert.equal(await findThinPool(pool), DEVICE);
    });
  }

  for (const [what, put, found] of [
    ['a filesystem', () => run('mkfs.ext4', ['-q', '-F', '-L', 'photos', DEVICE]), /ext4.*photos/],
    ['a foreign physical volume', () => run('lvm', ['pvcreate', '--yes', DEVICE]), /LVM2_member/],
    ['a partition table', writePartitionTable, /dos/],
    [
      'bytes of its own',
      () => run('dd', ['of=/dev/vdb', 'bs=1M', 'seek=3', 'conv=fsync'], { input: 'diary' }),
      /data of an unknown kind/,
    ],
  ] as const) {
    test(`a disk with ${what} is refused, and the error names its content`, async () => {
      const pool = await options();
      await put();
      await assert.rejects(makeThinPool(DEVICE, pool), {
        code: 'VOLUME_POOL_DEVICE_IN_USE',
        message: found,
      });
      const volumes = await openVolumes({
        pool,
        device: DEVICE,
        folder: '/tmp/volumes',
        mountRoot: '/tmp/mounts',
        faultPoint: () => undefined,
      });
      assert.match((await volumes.probe()).detail, found);
      const asked = volumes.create({ name: 'data', uid: 'x', sizeBytes: 1 });
      await assert.rejects(asked, { code: 'VOLUME_POOL_DEVICE_IN_USE' });
    });
  }
}
