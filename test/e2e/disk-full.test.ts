import assert from 'node:assert/strict';
import { appendFile, rm, stat, truncate } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { until } from '../lab/until.ts';
import { containerManifest } from './support/container-manifest.ts';
import { FaultRegistry } from './support/fault-registry.ts';
import { Follower } from './support/follower.ts';
import { quickImage } from './support/quick-image.ts';
import { errorCodeOf, runCapsulectl, startCapsulectl } from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

/** Puts only the files of capsuled on a disk of 1 MiB. */
const SMALL_DISK = [
  ['mkdir', '/run/large-disk'],
  ['mount', '--bind', '/perm', '/run/large-disk'],
  ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'small', '/perm'],
  ['mkdir', '/perm/containerd', '/perm/log'],
  ['mount', '--bind', '/run/large-disk/containerd', '/perm/containerd'],
  ['mount', '--bind', '/run/large-disk/log', '/perm/log'],
] as const;

suite('a full disk', { concurrency: false }, () => {
  let lab: Lab;
  let client: CapsuleClient;
  let filler: string;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    const input = dockerArchive(await quickImage(), ['box:1']);
    await runCapsulectl(lab.host, ['image', 'push', '-'], { input });
    for (const argv of SMALL_DISK) await lab.exec(argv);
    await lab.killCapsuled();
    await lab.ready();
    filler = `/proc/${lab.pid}/root/perm/filler`;
    await apply('before');
  });
  after(async () => {
    client.close();
    await lab[Symbol.asyncDispose]();
  });
  const apply = (name: string) =>
    runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], {
      input: containerManifest(name, { image: 'box:1' }),
    });

  test('a spec that cannot be stored is refused, and accepted when there is space', async () => {
    const capsuled = await lab.servicePid('capsuled');
    await fillUp(filler);

    let refused = await apply('after-0');
    // Free space in the store's own pages may still take a spec or two.
    for (let index = 1; refused.exitCode === 0 && index < 50; index += 1) {
      refused = await apply(`after-${index}`);
    }

    assert.deepEqual([refused.exitCode, errorCodeOf(refused)], [1, 'STORE_FULL'], refused.stderr);
    const listed = await runCapsulectl(lab.host, ['workload', 'list', '-o', 'name']);
    assert.match(listed.stdout, /^before$/m);
    await rm(filler);
    const taken = await apply('last');
    assert.equal(taken.exitCode, 0, taken.stderr);
    assert.equal(await lab.servicePid('capsuled'), capsuled);
  });

  test('a workload that dies on a full disk restarts when there is space', async () => {
    const capsuled = await lab.servicePid('capsuled');
    const [first] = (await waitForWorkload(client, 'before', isRunning)).slice(-1);
    const pid = first?.status.pid;
    await using follower = new Follower(
      startCapsulectl(lab.host, ['capsule', 'logs', '-f', '-n', '1']),
    );
    await fillUp(filler);

    await lab.exec(['sh', '-c', `kill -9 ${pid}`]);

    await follower.linesUntil((lines) => lines.some((line) => line.includes('STORE_FULL')));
    assert.ok((await client.capsule.getInfo({})).workloadsTotal > 0);
    await rm(filler);
    await waitForWorkload(
      client,
      'before',
      (workload) => isRunning(workload) && workload.status.pid !== pid,
    );
    assert.equal(await lab.servicePid('capsuled'), capsuled);
  });

  test('a capsuled that dies on a full disk restarts and reports the stored state', async () => {
    await fillUp(filler);
    await lab.killCapsuled();
    await lab.ready();
    assert.equal(errorCodeOf(await apply('late')), 'STORE_FULL');
    await waitForWorkload(client, 'before', isRunning);
    await rm(filler);
    assert.equal((await apply('late')).exitCode, 0);
  });
});

/** Puts the files of containerd (images and writable layers) on a disk of 32 MiB. */
const SMALL_CACHE = ['mount', '-t', 'tmpfs', '-o', 'size=32m', 'small', '/perm/containerd'];
/** Enough space for the records of containerd, but not for an image. */
const SPARE_BYTES = 1024 * 1024;

suite('a full disk of the image cache', { concurrency: false }, () => {
  let lab: Lab;
  let client: CapsuleClient;
  let registry: FaultRegistry;
  let archive: Buffer;
  let filler: string;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    await lab.exec(SMALL_CACHE);
    await lab.killContainerd();
    const image = await quickImage();
    registry = await FaultRegistry.start(lab, image);
    archive = dockerArchive(image, ['box:1']);
    filler = `/proc/${lab.pid}/root/perm/containerd/filler`;
    await until('containerd to be back', 20_000, async () => {
      const { exitCode } = await runCapsulectl(lab.host, ['image', 'list']);
      return exitCode === 0;
    });
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    client.close();
    await lab[Symbol.asyncDispose]();
  });
  const fill = async () => {
    await fillUp(filler);
    await truncate(filler, (await stat(filler)).size - SPARE_BYTES);
  };

  test('a pull reports the full disk, and continues by itself when there is space', async () => {
    await fill();
    const input = containerManifest('web', { image: registry.reference('web') });

    const applied = await runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], { input });

    assert.equal(applied.exitCode, 1, applied.stderr);
    assert.ok(applied.stderr.includes('Failed (IMAGE_DISK_FULL)'), applied.stderr);
    assert.ok((await client.capsule.getInfo({})).workloadsTotal > 0);
    const pulled = await runCapsulectl(lab.host, ['image', 'pull', registry.reference('other')]);
    assert.equal(errorCodeOf(pulled), 'IMAGE_DISK_FULL', pulled.stderr);
    assert.match(pulled.stderr, /image prune/);
    const pushed = await runCapsulectl(lab.host, ['image', 'push', '-'], { input: archive });
    assert.equal(errorCodeOf(pushed), 'IMAGE_DISK_FULL', pushed.stderr);
    await rm(filler);
    await waitForWorkload(client, 'web', isRunning);
  });

  test('running workloads continue, and the status of one that cannot be created shows the reason', async () => {
    const [running] = (await waitForWorkload(client, 'web', isRunning)).slice(-1);
    await fillUp(filler);

    const applied = await runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], {
      input: containerManifest('second', { image: registry.reference('web') }),
    });

    assert.equal(applied.exitCode, 1, applied.stderr);
    assert.match(applied.stderr, /DISK_FULL/);
    const [still] = (await waitForWorkload(client, 'web', isRunning)).slice(-1);
    assert.equal(still?.status.pid, running?.status.pid);
    await rm(filler);
    await waitForWorkload(client, 'second', isRunning);
  });
});

function isRunning({ status }: Pick<ReportedWorkload, 'status'>): boolean {
  return status.phase === 'running';
}

async function fillUp(path: string): Promise<void> {
  for (const size of [64 * 1024, 4096, 1]) {
    for (;;) {
      try {
        await appendFile(path, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        break;
      }
    }
  }
}
