import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { attachLoop, detachLoop, listMounts, mount, run, unmount } from '@capsule/host';
import { mountXfs, volumeBackendContract } from '@capsule/testkit';
import { LoopFileVolumes } from './loop-file-volumes.ts';

const MIB = 1024 * 1024;

async function openBench(t: TestContext, prepare?: (files: string) => Promise<AsyncDisposable>) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-volumes-'));
  const files = join(folder, 'files');
  await mkdir(files);
  const prepared = await prepare?.(files);
  const backend = new LoopFileVolumes({ folder: files, mountRoot: join(folder, 'mounts') });
  t.after(async () => {
    for (const { name } of await backend.list()) await backend.remove(name);
    for (const ref of await backend.listSnapshots()) await backend.removeSnapshot(ref);
    assert.deepEqual(await readdir(files), []);
    for (const place of ['mounts', 'mounts-folders']) await unmount(join(folder, place));
    await prepared?.[Symbol.asyncDispose]();
    const left = (await listMounts()).filter(({ path }) => path.startsWith(folder));
    assert.deepEqual(left, []);
    await untilNoLoop(folder);
    await rm(folder, { recursive: true });
  });
  return {
    backend,
    folder,
    file: (name: string) => join(files, `${name}.img`),
    write: (path: string, file: string, text: string) => writeFile(join(path, file), text),
    read: (path: string, file: string) => readFile(join(path, file), 'utf8'),
  };
}

/**
 * Waits until no loop device is left: a copy of the mount, as a new namespace has for a moment, keeps the
 * device.
 */
async function untilNoLoop(folder: string): Promise<void> {
  const until = performance.now() + 20_000;
  for (;;) {
    const { stdout } = await run('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE']);
    if (!stdout.includes(folder)) return;
    assert.ok(performance.now() < until, stdout);
  }
}

/** Files on XFS share blocks with their clones. */
const onXfs = (files: string) => mountXfs(files, 1024 * MIB);

volumeBackendContract('loop files', openBench);
volumeBackendContract('loop files that share blocks', (t) => openBench(t, onXfs));

suite('snapshots that share blocks', { timeout: 240_000 }, () => {
  test('snapshots take up no extra space, for any amount of data in the volume', async (t) => {
    const { backend } = await openBench(t, onXfs);
    assert.equal((await backend.probe()).snapshots, 'instant');
    await backend.create({ name: 'data', uid: randomUUID(), sizeBytes: 512 * MIB });
    const { hostPath } = await backend.attach('data');
    await writeFile(join(hostPath, 'large'), Buffer.alloc(300 * MIB, 'x'));
    await run('sync', []);
    const before = (await backend.probe()).usedBytes;
    for (const snapshot of ['one', 'two', 'three']) {
      await backend.snapshot({ volume: 'data', snapshot });
    }
    const taken = (await backend.probe()).usedBytes - before;
    assert.ok(taken < 16 * MIB, `${taken} bytes were taken`);
  });
});

suite('volumes in loop files', { timeout: 240_000 }, () => {
  const volume = (name = 'data') => ({ name, uid: randomUUID(), sizeBytes: 64 * MIB });

  test('a new volume and a volume of an earlier capsule are empty, and files that e2fsck recovered stay', async (t) => {
    const { backend, folder, file } = await openBench(t);
    await backend.create(volume());
    const { hostPath } = await backend.attach('data');
    assert.deepEqual(await readdir(hostPath), []);
    await backend.detach('data');
    await run('e2fsck', ['-f', '-p', file('data')], { allow: [0, 1] });
    await backend.attach('data');
    assert.deepEqual(await readdir(hostPath), []);
    await backend.detach('data');
    await run('e2fsck', ['-f', '-p', file('data')], { allow: [0, 1] });
    await writeFile(join(folder, 'saved'), 'saved');
    const saves = `write ${join(folder, 'saved')} lost+found/saved`;
    await run('debugfs', ['-w', '-R', saves, file('data')]);
    await backend.attach('data');
    assert.equal(await readFile(join(hostPath, 'lost+found/saved'), 'utf8'), 'saved');
    await backend.detach('data');
  });

  test('folders of a volume are mounted on their own paths, made where missing, and unmounted with it', async (t) => {
    const { backend, write, read } = await openBench(t);
    await backend.create(volume());
    const { hostPath } = await backend.attach('data');
    const bind = (subPath: string, isMade = true) =>
      backend.bindFolders('data', [{ place: 'log.3', subPath, isMade }]);
    await bind('db/main');
    const place = backend.folderPath('data', 'log.3');
    await write(place, 'note', 'kept');
    assert.equal(await read(hostPath, 'db/main/note'), 'kept');
    await bind('db');
    assert.equal(await read(place, 'main/note'), 'kept');
    await bind('db/main', false);
    await bind('db/main', false);
    assert.equal(await read(place, 'note'), 'kept');
    await assert.rejects(bind('missing', false), { code: 'VOLUME_FOLDER_UNUSABLE' });
    await bind('db/main', false);
    const others = ['0', '1', 'sync.0'].map((other) => ({
      place: other,
      subPath: 'db',
      isMade: true,
    }));
    await Promise.all(others.map((other) => backend.bindFolders('data', [other])));
    for (const { place: other } of others) {
      assert.equal(await read(backend.folderPath('data', other), 'main/note'), 'kept');
    }
    assert.equal(await read(place, 'note'), 'kept');
    await backend.detach('data');
    await assert.rejects(read(place, 'note'));
    await backend.lend('data');
    await backend.detach('data');
    await backend.attach('data');
    await backend.detach('data');
  });

  test('an interrupted creation is not listed as a volume, and does not prevent the next', async (t) => {
    const { backend, file } = await openBench(t);
    await backend.create(volume('other'));
    await writeFile(`${file('data')}.new`, 'half a filesystem');
    assert.deepEqual(
      (await backend.list()).map(({ name }) => name),
      ['other'],
    );
    await backend.create(volume());
    assert.deepEqual((await readdir(join(file('data'), '..'))).sort(), ['data.img', 'other.img']);
  });

  test('the next try completes a growth that was interrupted after the file had grown', async (t) => {
    const { backend, file } = await openBench(t);
    await backend.create(volume());
    await truncate(file('data'), 128 * MIB);
    await backend.grow('data', 128 * MIB);
    const { hostPath } = await backend.attach('data');
    await writeFile(join(hostPath, 'large'), Buffer.alloc(90 * MIB));
  });

  test('a device that another program has mounted is not mounted a second time', async (t) => {
    const { backend, file, folder } = await openBench(t);
    await backend.create(volume());
    const device = await attachLoop(file('data'));
    const other = await mkdtemp(join(folder, 'other-'));
    await mount(device, other, ['rw']);
    try {
      await assert.rejects(backend.attach('data'), { code: 'VOLUME_BUSY', kind: 'precondition' });
      await assert.rejects(
        run('losetup', ['--find', '--show', '--nooverlap', '--offset', '4096', file('data')]),
      );
    } finally {
      await unmount(other);
      await detachLoop(device);
    }
  });

  test('a device that is mounted in another namespace is not mounted a second time', async (t) => {
    const { backend, file } = await openBench(t);
    await backend.create(volume());
    const device = await attachLoop(file('data'));
    const script = `mount -t ext4 ${device} /mnt && echo held && cat`;
    const holder = spawn('unshare', ['--mount', 'sh', '-c', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await assert.rejects(backend.attach('data'), { code: 'VOLUME_BUSY' });
    holder.stdin.end();
    await once(holder, 'close');
    await backend.attach('data');
  });

  test('a volume with an open file is busy, and stays mounted', async (t) => {
    const { backend } = await openBench(t);
    await backend.create(volume());
    const { hostPath } = await backend.attach('data');
    await writeFile(join(hostPath, 'open'), 'x');
    const file = await open(join(hostPath, 'open'));
    await assert.rejects(backend.detach('data'), { code: 'VOLUME_BUSY' });
    await file.close();
    await backend.detach('data');
  });
});

test('a volume whose last user was killed can be mounted from a read-only device', async (t) => {
  const { backend, folder, file, write } = await openBench(t);
  await backend.create({ name: 'data', uid: randomUUID(), sizeBytes: 16 * MIB });
  const { hostPath } = await backend.attach('data');
  await write(hostPath, 'note', 'kept');
  await run('sync', ['--file-system', hostPath]);
  // As a killed machine leaves it: its journal is still to be replayed.
  const killed = await readFile(file('data'));
  await backend.detach('data');
  await writeFile(file('data'), killed);
  const place = join(folder, 'place');
  await mkdir(place);
  const script =
    'device=$(losetup --find --show --read-only "$1") && trap \'losetup -d "$device"\' EXIT && mount -t ext4 -o ro "$device" "$2" && cat "$2/note" && umount "$2"';
  const mountReadOnly = () =>
    run('unshare', ['--mount', 'sh', '-c', script, 'sh', file('data'), place]);
  await assert.rejects(mountReadOnly());
  await backend.lend('data');
  assert.equal((await mountReadOnly()).stdout, 'kept');
  await backend.detach('data');
});
