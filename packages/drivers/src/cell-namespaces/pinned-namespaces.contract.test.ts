import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readlink, stat, writeFile } from 'node:fs/promises';
import { suite, type TestContext, test } from 'node:test';
import { run } from '@capsule/host';
import { cellNamespacesContract, inOwnNamespaces } from '@capsule/testkit';
import { PinnedNamespaces } from './pinned-namespaces.ts';

const KEY = 'main_default_default_web';
const FOLDER = `/run/capsule-cells/${KEY}`;
const IPC = `${FOLDER}/ipc`;
const UTS = `${FOLDER}/uts`;
const SHM = `${FOLDER}/shm`;
const WEB = { hostname: 'web', shmBytes: 64 * 1024 * 1024 };

if (await inOwnNamespaces(import.meta.filename)) {
  cellNamespacesContract('bind mounts', async (t) => {
    return { namespaces: open(t), reopen: () => new PinnedNamespaces() };
  });

  suite('pinned namespaces', () => {
    test('a process that joins them is in namespaces of the cell, with its host name and memory', async (t) => {
      const namespaces = open(t);
      await namespaces.pin(KEY, WEB);
      assert.equal(await inside('hostname'), 'web');
      for (const kind of ['ipc', 'uts']) {
        const joined = await inside('readlink', `/proc/self/ns/${kind}`);
        assert.notEqual(joined, await readlink(`/proc/self/ns/${kind}`));
      }
      const { stdout } = await run('findmnt', ['-n', '-o', 'FSTYPE,OPTIONS', SHM]);
      assert.match(stdout, /^tmpfs\s+rw,nosuid,nodev,noexec,.*size=65536k/);
      assert.equal((await stat(SHM)).mode & 0o7777, 0o1777);
    });

    test('lsns shows them while a process is inside', async (t) => {
      const namespaces = open(t);
      await namespaces.pin(KEY, WEB);
      const args = [`--ipc=${IPC}`, `--uts=${UTS}`, '--', 'sh', '-c', 'echo in; exec cat'];
      const child = spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      const { stdout } = await run('lsns', ['-n', '-o', 'TYPE,PID', '-p', String(child.pid)]);
      child.stdin.end();
      await once(child, 'exit');
      assert.match(stdout, new RegExp(`ipc\\s+${child.pid}`));
      assert.match(stdout, new RegExp(`uts\\s+${child.pid}`));
    });

    test('a repair and another host name keep the namespaces of running containers', async (t) => {
      const namespaces = open(t);
      await namespaces.pin(KEY, WEB);
      const before = await inodes();
      await run('umount', [SHM]);
      assert.equal((await namespaces.inspect(KEY))?.complete, false);
      await namespaces.pin(KEY, { ...WEB, hostname: 'other' });
      assert.deepEqual(await inodes(), before);
      assert.equal(await inside('hostname'), 'other');
      assert.equal((await namespaces.inspect(KEY))?.complete, true);
    });

    test('files in the shared memory survive another size, and one that is too small changes nothing', async (t) => {
      const namespaces = open(t);
      await namespaces.pin(KEY, WEB);
      await writeFile(`${SHM}/held`, Buffer.alloc(1024 * 1024));
      await assert.rejects(namespaces.pin(KEY, { ...WEB, shmBytes: 8192 }), {
        code: 'NAMESPACE_SHM_NOT_RESIZED',
      });
      assert.equal((await namespaces.inspect(KEY))?.shmBytes, WEB.shmBytes);
      await namespaces.pin(KEY, { ...WEB, shmBytes: 2 * 1024 * 1024 });
      const { stdout } = await run('findmnt', ['-n', '-o', 'OPTIONS', SHM]);
      assert.match(stdout, /^rw,nosuid,nodev,noexec,.*size=2048k/);
      assert.equal((await stat(`${SHM}/held`)).size, 1024 * 1024);
    });

    /** The states in which a killed process leaves a pin or an unpin. */
    const HALF_DONE: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['an empty folder', () => places()],
      ['files without mounts', () => files()],
      ['an IPC namespace alone', () => pinned(`--ipc=${IPC}`)],
      ['a UTS namespace alone', () => pinned(`--uts=${UTS}`)],
      ['both without a host name', () => pinned(`--ipc=${IPC}`, `--uts=${UTS}`)],
      ['a namespace that was pinned twice', () => pinnedTwice()],
      ['shared memory alone', () => files().then(() => run('mount', ['-t', 'tmpfs', 'shm', SHM]))],
    ];
    for (const [state, make] of HALF_DONE) {
      test(`pin completes ${state}, and unpin removes it`, async (t) => {
        const namespaces = open(t);
        await make();
        assert.equal((await namespaces.inspect(KEY))?.complete, false);
        await namespaces.pin(KEY, WEB);
        assert.deepEqual(await namespaces.list(), [{ key: KEY, ...WEB, complete: true }]);
        assert.equal(await inside('hostname'), 'web');
        await namespaces.unpin(KEY);
        assert.equal(existsSync(FOLDER), false);
        await make();
        await namespaces.unpin(KEY);
        assert.equal(existsSync(FOLDER), false);
      });
    }

    test('shared memory in use does not keep a cell from being unpinned', async (t) => {
      const namespaces = open(t);
      await namespaces.pin(KEY, WEB);
      const child = spawn('sh', ['-c', 'echo in; exec cat'], {
        cwd: SHM,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await namespaces.unpin(KEY);
      assert.equal(existsSync(FOLDER), false);
      child.stdin.end();
      await once(child, 'exit');
    });

    test('an aborted pin is completed by the next one', async (t) => {
      const namespaces = open(t);
      const abort = new AbortController();
      const pin = namespaces.pin(KEY, WEB, abort.signal);
      setImmediate(() => abort.abort(new RangeError('enough')));
      await assert.rejects(pin);
      await namespaces.pin(KEY, WEB);
      assert.equal(await inside('hostname'), 'web');
    });
  });
}

function open(t: TestContext): PinnedNamespaces {
  const namespaces = new PinnedNamespaces();
  t.after(async () => {
    for (const { key } of await namespaces.list()) await namespaces.unpin(key);
  });
  return namespaces;
}

async function inside(...command: readonly string[]): Promise<string> {
  const { stdout } = await run('nsenter', [`--ipc=${IPC}`, `--uts=${UTS}`, '--', ...command]);
  return stdout.trim();
}

async function inodes(): Promise<readonly number[]> {
  return Promise.all([IPC, UTS].map(async (path) => (await stat(path)).ino));
}

const places = () => mkdir(FOLDER, { recursive: true });

async function files(): Promise<void> {
  await mkdir(SHM, { recursive: true });
  for (const file of [IPC, UTS]) await writeFile(file, '');
}

async function pinned(...namespaces: readonly string[]): Promise<void> {
  await files();
  await run('unshare', [...namespaces, '--', 'true']);
}

async function pinnedTwice(): Promise<void> {
  await pinned(`--uts=${UTS}`);
  await run('unshare', [`--uts=${UTS}`, '--', 'true']);
}
