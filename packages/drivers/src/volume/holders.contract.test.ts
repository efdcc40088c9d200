import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { detachLoop, findLoop, openLoop, unmount } from '@capsule/host';
import { OpenDisks } from '../microvm/vmm/open-disks.ts';
import { LoopFileVolumes } from './loop-file-volumes.ts';
import { takeVolume } from './take-volume.ts';

const MIB = 1024 * 1024;

interface Bench {
  readonly backend: LoopFileVolumes;
  readonly folder: string;
  readonly file: string;
  /** Another name of the same file. */
  readonly alias: string;
}

async function openBench(t: TestContext): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-holders-'));
  const [files, mounts] = [join(folder, 'files'), join(folder, 'mounts')];
  await mkdir(files);
  const backend = new LoopFileVolumes({ folder: files, mountRoot: mounts });
  const uid = randomUUID();
  await backend.create({ name: 'data', uid, sizeBytes: 16 * MIB });
  const { hostPath } = await backend.attach('data');
  await writeFile(join(hostPath, 'note'), 'kept');
  await backend.detach('data');
  await backend.snapshot({ volume: 'data', snapshot: 'one' });
  const file = join(files, 'data.img');
  const alias = join(folder, 'alias.img');
  await link(file, alias);
  t.after(async () => {
    await backend.remove('data');
    await backend.removeSnapshot({ volume: 'data', snapshot: 'one' });
    await unmount(mounts);
    await rm(folder, { recursive: true });
  });
  return { backend, folder, file, alias };
}

/** Uses a volume. Returns a function that releases it, or fails with the reason for the refusal. */
type Holder = (bench: Bench) => Promise<() => Promise<void>>;

/** A machine has its disks open, as QEMU has the files that are opened here. */
const machine =
  (readOnly: boolean): Holder =>
  async ({ backend }) => {
    await backend.lend('data');
    const disks = await OpenDisks.open('vm', [{ path: backend.devicePath('data'), readOnly }]);
    return async () => {
      await disks[Symbol.asyncDispose]();
      await backend.detach('data');
    };
  };

/** Mounts the loop device of the volume in a namespace of its own, as packing and unpacking does. */
const unseen: Holder = async ({ backend, file, folder }) => {
  // In the order of an import: the storage first, then its device.
  const held = await takeVolume('data', file);
  try {
    await using loop = await openLoop(file);
    const place = await mkdtemp(join(folder, 'unseen-'));
    const script = 'mount -t ext4 "$1" "$2" && echo held && exec cat';
    const child: ChildProcess = spawn(
      'unshare',
      ['--mount', '--propagation', 'slave', 'sh', '-c', script, 'sh', loop.device, place],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    return async () => {
      child.stdin?.end();
      await once(child, 'close');
      await held.close();
      await backend.detach('data');
    };
  } catch (error) {
    await held.close();
    throw error;
  }
};

const HOLDERS: Readonly<Record<string, Holder>> = {
  container: async ({ backend }) => {
    await backend.attach('data');
    return () => backend.detach('data');
  },
  'microVM that writes': machine(false),
  'microVM that reads': machine(true),
  'prebuilt root file system': async ({ alias }) => {
    const disks = await OpenDisks.open('pair', [{ path: alias, readOnly: false }]);
    return () => disks[Symbol.asyncDispose]();
  },
  'import or a look inside': unseen,
};

const UID = randomUUID();
/** Work that uses a volume and is over when its promise resolves. */
const WORK: Readonly<Record<string, (bench: Bench) => Promise<unknown>>> = {
  restore: ({ backend }) =>
    backend.restore(
      { name: 'data', uid: UID, sizeBytes: 16 * MIB },
      { volume: 'data', snapshot: 'one' },
    ),
  removal: ({ backend }) => backend.remove('data'),
  detach: ({ backend }) => backend.detach('data'),
};

/** Returns which kernels have the filesystem now. */
async function kernelsOf({ file }: Bench): Promise<{ host: boolean; locked: boolean }> {
  const { stdout } = await runFlock(file);
  return { host: (await findLoop(file)) !== undefined, locked: stdout === 'locked' };
}

async function runFlock(file: string): Promise<{ readonly stdout: string }> {
  const child = spawn('flock', ['--nonblock', file, 'true']);
  const [code] = (await once(child, 'close')) as [number];
  return { stdout: code === 0 ? 'free' : 'locked' };
}

/** Prints that it is ready, and stays until its input ends. */
const STAY = 'echo held && exec cat';
const BUSY = ['VOLUME_BUSY', 'MICROVM_DISK_BUSY'];

// Most of the time is the second that each refusal waits.
suite('holders of one volume', { timeout: 240_000, concurrency: 4 }, () => {
  for (const [first, take] of Object.entries(HOLDERS)) {
    test(`a ${first} excludes other holders`, async (t) => {
      const bench = await openBench(t);
      const release = await take(bench);
      const before = await kernelsOf(bench);
      assert.ok(before.host || before.locked);
      const others = Object.entries(HOLDERS).filter(
        ([name]) => name !== first || name !== 'container',
      );
      await Promise.all(
        others.map(([second, takeToo]) =>
          assert.rejects(
            takeToo(bench),
            ({ code }: { code: string }) => BUSY.includes(code),
            `${second} beside ${first}`,
          ),
        ),
      );
      if (first !== 'container') {
        await Promise.all(
          Object.entries(WORK).map(([name, work]) =>
            assert.rejects(work(bench), { code: 'VOLUME_BUSY' }, `${name} beside ${first}`),
          ),
        );
      }
      assert.deepEqual(await kernelsOf(bench), before);
      await release();
      assert.deepEqual(await kernelsOf(bench), { host: false, locked: false });
      for (const [second, takeNext] of Object.entries(HOLDERS)) {
        const letGo = await takeNext(bench).catch((cause) => {
          throw new Error(`${second} after ${first}`, { cause });
        });
        await letGo();
      }
      const { hostPath } = await bench.backend.attach('data');
      assert.equal(await readFile(join(hostPath, 'note'), 'utf8'), 'kept');
    });
  }

  test('a program in a private copy of the mount tree excludes other holders until it ends', async (t) => {
    const bench = await openBench(t);
    const { hostPath } = await bench.backend.attach('data');
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', STAY], {
      cwd: hostPath,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await assert.rejects(bench.backend.detach('data'), { code: 'VOLUME_BUSY' });
    await assert.rejects(bench.backend.lend('data'), { code: 'VOLUME_BUSY' });
    child.stdin.end();
    await once(child, 'close');
    await bench.backend.detach('data');
    await bench.backend.lend('data');
    await bench.backend.detach('data');
  });

  for (const how of ['slave', 'private', 'shared']) {
    test(`a copy of the mount tree does not keep the volume (${how})`, async (t) => {
      const bench = await openBench(t);
      await bench.backend.attach('data');
      const child = spawn('unshare', ['--mount', '--propagation', how, 'sh', '-c', STAY], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      try {
        await bench.backend.detach('data');
        assert.equal(await findLoop(bench.file), undefined);
        await bench.backend.lend('data');
        await bench.backend.detach('data');
      } finally {
        child.stdin.end();
        await once(child, 'close');
      }
    });
  }

  test('a loop device that a killed capsuled left does not prevent the next attach', async (t) => {
    const bench = await openBench(t);
    const loop = await openLoop(bench.file);
    await loop[Symbol.asyncDispose]();
    await bench.backend.attach('data');
    await bench.backend.detach('data');
    const device = await findLoop(bench.file);
    if (device !== undefined) await detachLoop(device);
    assert.equal(device, undefined);
  });

  test('many readers of one file share its device, which the last one removes', async (t) => {
    const bench = await openBench(t);
    const open: string[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let round = 0; round < 5; round += 1) {
          await using loop = await openLoop(bench.file);
          open.push(loop.device);
          assert.deepEqual(new Set(open), new Set([loop.device]));
          await findLoop(bench.file);
          open.splice(open.indexOf(loop.device), 1);
        }
      }),
    );
    // Another capsule that lists devices may keep this one for a moment: a volume is taken when it has gone.
    await using _held = await takeVolume('data', bench.file);
    assert.equal(await findLoop(bench.file), undefined);
  });
});
