import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { type CapsuleClient, connectCapsule, type ReportedWorkload } from '@capsule/api';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { containerManifest } from './support/container-manifest.ts';
import { Follower } from './support/follower.ts';
import { quickImage } from './support/quick-image.ts';
import {
  type CapsulectlOptions,
  errorCodeOf,
  runCapsulectl,
  startCapsulectl,
} from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

suite('the store', { concurrency: false }, () => {
  let lab: Lab;
  let client: CapsuleClient;
  /** The store on the host, and a good copy of it. */
  let store: string;
  let copy: string;
  let web: ReportedWorkload;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    const input = dockerArchive(await quickImage(), ['box:1']);
    await capsulectl(['image', 'push', '-'], { input });
    assert.equal((await apply('web')).exitCode, 0);
    web = (await runningWeb()) ?? assert.fail('web does not run');
    store = join(lab.stateDir, 'perm/state.db');
    copy = join(lab.stateDir, 'state.db.copy');
    await pauseCapsuled(() => saveStore());
    await restartCapsuled();
  });
  after(async () => {
    client.close();
    await lab[Symbol.asyncDispose]();
  });

  const capsulectl = (args: readonly string[], options?: CapsulectlOptions) =>
    runCapsulectl(lab.host, args, options);
  const apply = (name: string) =>
    capsulectl(['apply', '-f', '-', '--wait'], {
      input: containerManifest(name, { image: 'box:1' }),
    });
  const runningWeb = async () =>
    (await waitForWorkload(client, 'web', ({ status }) => status.phase === 'running')).at(-1);

  /** Does something to the files while capsuled stands still, and lets it die then. */
  const pauseCapsuled = async (work: () => Promise<void>) => {
    process.kill(await lab.servicePid('capsuled'), 'SIGSTOP');
    await work();
  };
  const restartCapsuled = async () => {
    await lab.killCapsuled();
    await lab.ready();
  };
  /** Brings everything into the one file, which needs no log beside it then. */
  const saveStore = async () => {
    await copyFile(store, copy);
    await copyFile(`${store}-wal`, `${copy}-wal`);
    const database = new DatabaseSync(copy);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  };
  const putStore = async (content: Buffer) => {
    await pauseCapsuled(async () => {
      await writeFile(store, content);
      await rm(`${store}-wal`, { force: true });
      await rm(`${store}-shm`, { force: true });
    });
    await restartCapsuled();
  };

  const damages: readonly { what: string; code: string; damage: (good: Buffer) => Buffer }[] = [
    { what: 'is no database', code: 'STORE_UNREADABLE', damage: (good) => good.fill('?') },
    {
      what: 'has lost its end',
      code: 'STORE_UNREADABLE',
      damage: (good) => good.subarray(0, 6000),
    },
    {
      what: 'is damaged in the middle',
      code: 'STORE_UNREADABLE',
      damage: (good) => good.fill(0xff, 4096 * 2, 4096 * 4),
    },
    { what: 'is of a later version', code: 'STORE_TOO_NEW', damage: withVersion },
  ];
  for (const { what, code, damage } of damages) {
    test(`a store that ${what} is said, never replaced, and its workloads go on`, async () => {
      const bad = damage(await readFile(copy));
      await putStore(bad);

      const info = await client.capsule.getInfo({});
      assert.deepEqual(
        info.problems.map((problem) => problem.code),
        [code],
      );
      assert.match(
        (await capsulectl(['capsule', 'info'])).stdout,
        new RegExp(`Problems: +${code}`),
      );
      assert.match(await lab.logs(), new RegExp(code));
      assert.equal((await client.health.check({})).status, 2, 'it says that it serves');
      for (const args of [
        ['workload', 'list'],
        ['workload', 'get', 'web'],
      ]) {
        assert.equal(errorCodeOf(await capsulectl(args)), code);
      }
      assert.equal(errorCodeOf(await apply('new')), code);
      assert.equal((await capsulectl(['image', 'list'])).exitCode, 0);
      await lab.exec(['test', '-d', `/proc/${web.status.pid}`]);
      assert.deepEqual(await readFile(store), bad);

      await putStore(await readFile(copy));
      const after = await runningWeb();
      assert.equal(after?.status.pid, web.status.pid);
      assert.equal(after?.status.restartCount, 0);
    });
  }
});

/** A new capsule, whose disk is full. */
suite('a full disk', { concurrency: false }, () => {
  let lab: Lab;
  let client: CapsuleClient;
  let filler: string;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    const input = dockerArchive(await quickImage(), ['box:1']);
    await runCapsulectl(lab.host, ['image', 'push', '-'], { input });
    // Only capsuled's own files come to lie on the small disk.
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
    assert.equal((await client.capsule.getInfo({})).workloadsTotal > 0, true);
    await rm(filler);
    await waitForWorkload(
      client,
      'before',
      (workload) => isRunning(workload) && workload.status.pid !== pid,
      60_000,
    );
    assert.equal(await lab.servicePid('capsuled'), capsuled);
  });

  test('capsuled that dies meanwhile comes back and tells what it knows', async () => {
    await fillUp(filler);
    await lab.killCapsuled();
    await lab.ready();
    assert.match((await apply('late')).stderr, /STORE_FULL|store_full/);
    await waitForWorkload(client, 'before', isRunning);
    await rm(filler);
    assert.equal((await apply('late')).exitCode, 0);
  });
});

const SMALL_DISK = [
  ['mkdir', '/run/large-disk'],
  ['mount', '--bind', '/perm', '/run/large-disk'],
  ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'small', '/perm'],
  ['mkdir', '/perm/containerd', '/perm/log'],
  ['mount', '--bind', '/run/large-disk/containerd', '/perm/containerd'],
  ['mount', '--bind', '/run/large-disk/log', '/perm/log'],
] as const;

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

function withVersion(good: Buffer): Buffer {
  // `user_version` of SQLite's file header.
  good.writeUInt32BE(9999, 60);
  return good;
}
