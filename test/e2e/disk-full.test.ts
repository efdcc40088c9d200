import assert from 'node:assert/strict';
import { appendFile, rm } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type CapsuleClient, connectCapsule, type ReportedWorkload } from '@capsule/api';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { containerManifest } from './support/container-manifest.ts';
import { Follower } from './support/follower.ts';
import { quickImage } from './support/quick-image.ts';
import { errorCodeOf, runCapsulectl, startCapsulectl } from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

/** Puts capsuled's own files, and nothing else, on a disk of 1 MiB. */
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

  test('a wish that cannot be written down is refused, and taken when there is space', async () => {
    const capsuled = await lab.servicePid('capsuled');
    await fillUp(filler);

    let refused = await apply('after-0');
    // What is free in the store's own pages may still take a wish or two.
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

  test('a workload that dies meanwhile is started again when there is space', async () => {
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

  test('capsuled that dies meanwhile comes back and tells what it knows', async () => {
    await fillUp(filler);
    await lab.killCapsuled();
    await lab.ready();
    assert.equal(errorCodeOf(await apply('late')), 'STORE_FULL');
    await waitForWorkload(client, 'before', isRunning);
    await rm(filler);
    assert.equal((await apply('late')).exitCode, 0);
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
