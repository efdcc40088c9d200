import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { dockerArchive, type Lab, startLab, tar, testImage } from '@capsule/testkit';
import { packWithTar, unpackWithTar } from '@capsule/testkit/archives';
import { assertArchiveTable, LEFT_OUT, makeArchiveTable } from '../lab/archive-table.ts';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import { AS_ROOT, runWorkload, WRITES_ROOT } from '../lab/workload.ts';
import { forgetPeakMemory, peakMemoryBytes } from './support/peak-memory.ts';

const BOUND = { timeout: 180_000 };
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const MIB = 1024 * 1024;

let lab: Lab;
let here: string;
const cp = (...args: readonly string[]) => lab.capsulectl('cp', ...args);
const sh = async (script: string) =>
  (await capsulectl(lab, ['workload', 'exec', 'web', '--', 'sh', '-c', script])).stdout;

suite('cp', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    here = await mkdtemp(join(tmpdir(), 'cp-'));
    await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh', '-c', STAY] });
    // Root creates and changes copied files anywhere in the workload.
    const free = { ...AS_ROOT, ...WRITES_ROOT };
    await runWorkload(lab, 'web', { image: 'stay:1', ...free, tmpfs: ['/scratch'] });
  }, BOUND);
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(here, { recursive: true });
  }, BOUND);

  test('a tree that is copied in and out keeps modes, times, links and names', BOUND, async () => {
    const tree = join(here, 'tree');
    await mkdir(join(tree, 'sub/deep'), { recursive: true });
    await writeFile(join(tree, 'file'), 'text\n');
    await writeFile(join(tree, 'sub', `${'long'.repeat(50)} ünï`), 'long name');
    await chmod(join(tree, 'file'), 0o741);
    await utimes(join(tree, 'file'), 1_000_000, 1_000_000);
    await link(join(tree, 'file'), join(tree, 'sub/second'));
    await symlink('../file', join(tree, 'sub/link'));
    await chmod(join(tree, 'sub'), 0o500);
    await utimes(join(tree, 'sub'), 2_000_000, 2_000_000);
    assert.equal((await cp(tree, 'web:/tree')).exitCode, 0);
    assert.equal(await sh('cat /tree/sub/link'), 'text\n');
    const back = join(here, 'back');
    assert.equal((await cp('web:/tree', back)).exitCode, 0);
    const file = await lstat(join(back, 'file'));
    assert.deepEqual([file.mode & 0o7777, file.mtimeMs], [0o741, 1_000_000_000]);
    assert.equal((await lstat(join(back, 'sub/second'))).ino, file.ino);
    assert.equal(await readlink(join(back, 'sub/link')), '../file');
    const sub = await lstat(join(back, 'sub'));
    assert.deepEqual([sub.mode & 0o7777, sub.mtimeMs], [0o500, 2_000_000_000]);
    assert.deepEqual(await readdir(join(back, 'sub')), await readdir(join(tree, 'sub')));
  });

  test('copied files belong to root, and with --archive to their owner', BOUND, async () => {
    const file = join(here, 'owned');
    await writeFile(file, 'x');
    await chown(file, 1234, 300_000);
    await cp(file, 'web:/owned');
    await cp('-a', file, 'web:/owned-too');
    const { stdout } = await lab.exec([
      'stat',
      '-c',
      '%u:%g',
      ...(await inside('/owned', '/owned-too')),
    ]);
    assert.equal(stdout, '0:0\n1234:300000\n');
  });

  test('target names follow the rules of docker cp', BOUND, async () => {
    const file = join(here, 'f');
    await writeFile(file, 'f');
    assert.equal((await cp(file, 'web:/nowhere/f')).exitCode, 3);
    assert.equal((await cp(file, 'web:/newdir/')).exitCode, 3);
    assert.equal((await cp(join(here, 'none'), 'web:/x')).exitCode, 3);
    assert.equal((await cp('web:/none', here)).exitCode, 3);
    assert.equal((await cp(file, file)).exitCode, 2);
    assert.equal((await cp(file, 'nobody:/x')).exitCode, 3);
    await cp(file, 'web:/tmp');
    await cp(file, 'web:/tmp/g');
    await cp(`${here}/tree/.`, 'web:/tmp');
    assert.equal(await sh('ls /tmp'), 'f\nfile\ng\nsub\n');
  });

  test('cp reads and writes mounts, and works on stopped workloads', BOUND, async () => {
    await cp(join(here, 'f'), 'web:/scratch/f');
    assert.equal(await sh('ln -s /scratch /way; cat /scratch/f'), 'f');
    await capsulectl(lab, ['workload', 'stop', 'web']);
    const there = join(here, 'from-stopped');
    assert.equal((await cp('web:/tree/file', there)).exitCode, 0);
    assert.equal(await readFile(there, 'utf8'), 'text\n');
    assert.equal((await cp(there, 'web:/into-stopped')).exitCode, 0);
    // No path, link or name in an archive reaches files below a mount.
    assert.match((await cp(there, 'web:/scratch/f')).stderr, /of web, which is not running/);
    assert.match((await cp(there, 'web:/way/f')).stderr, /is in a mount, and web is not running/);
    const input = tar([{ path: 'scratch/f', data: Buffer.from('astray') }]);
    const astray = await lab.capsulectlWith({ input }, 'cp', '-', 'web:/');
    assert.match(astray.stderr, /web:\/scratch is in a mount, and web is not running/);
    assert.equal(astray.exitCode, 4);
    await capsulectl(lab, ['workload', 'start', 'web']);
    assert.equal(await sh('cat /into-stopped'), 'text\n');
  });

  test('cp works with an image that has no shell and no tar', BOUND, async () => {
    const busybox = { path: 'busybox', mode: 0o755, data: await readFile('/bin/busybox') };
    const config = { Cmd: ['/busybox', 'sleep', '1000'], StopSignal: 'SIGKILL' };
    const input = dockerArchive(testImage({ layers: [[busybox]], config }), ['bare:1']);
    await capsulectl(lab, ['image', 'push', '-'], { input });
    await runWorkload(lab, 'bare', { image: 'bare:1', ...WRITES_ROOT });
    await cp(join(here, 'f'), 'bare:/f');
    const back = join(here, 'bare-back');
    assert.equal((await cp('bare:/f', back)).exitCode, 0);
    assert.equal(await readFile(back, 'utf8'), 'f');
  });

  test('a copy into a read-only root fails, and the error names the reason', BOUND, async () => {
    await runWorkload(lab, 'fixed', { image: 'stay:1', readOnlyRootFilesystem: true });
    for (const step of ['stop', 'start']) {
      const { exitCode, stderr } = await cp(join(here, 'f'), 'fixed:/f');
      assert.equal(exitCode, 4);
      assert.match(stderr, /read-only/);
      await capsulectl(lab, ['workload', step, 'fixed']);
    }
  });

  test(
    'no link leads out of a workload, also while the workload changes the link',
    BOUND,
    async () => {
      await writeFile(join(lab.stateDir, 'perm/secret'), 'secret');
      await sh(
        'ln -s /perm/secret /leak; ln -s / /root-link; mkdir -p /perm; echo own > /perm/secret',
      );
      const leak = join(here, 'leak');
      await cp('web:/root-link/perm/secret', leak);
      assert.equal(await readFile(leak, 'utf8'), 'own\n');
      await sh(
        'mkdir -p /swap/real; (while :; do mv /swap/real /swap/kept; ln -s /proc/1/root/../../.. /swap/real; busybox rm /swap/real; mv /swap/kept /swap/real; done) & echo $! > /swapper',
      );
      const file = join(here, 'f');
      for (let turn = 0; turn < 20; turn += 1) await cp(file, 'web:/swap/real/planted');
      await sh('kill $(cat /swapper)');
      const { stdout } = await lab.exec(['sh', '-c', 'ls / /perm /run']);
      assert.doesNotMatch(stdout, /planted/);
    },
  );

  test('a hostile archive writes only into the workload', BOUND, async () => {
    const evil = [
      tar([{ path: '../escaped', data: Buffer.from('x') }]),
      tar([{ path: 'a/../../escaped', data: Buffer.from('x') }]),
      tar([
        { path: 'up', link: '/' },
        { path: 'up/escaped', data: Buffer.from('x') },
      ]),
      Buffer.alloc(100_000, 'not a tar'),
      tar([{ path: 'cut', data: Buffer.alloc(50_000) }]).subarray(0, 20_000),
    ];
    await sh('mkdir -p /box');
    for (const [index, archive] of evil.entries()) {
      const into = ['cp', '-', 'web:/box'];
      const { exitCode } = await lab.capsulectlWith({ input: archive }, ...into);
      // A link to / stays in the workload, and so do writes through it.
      assert.equal(exitCode === 0, index === 2, String(index));
    }
    assert.equal(await sh('ls -d /escaped /box/escaped 2>/dev/null; true'), '/escaped\n');
    assert.doesNotMatch((await lab.exec(['ls', '/'])).stdout, /escaped/);
  });

  test('ten thousand files can be copied in and out', BOUND, async () => {
    const many = join(here, 'many');
    for (let folder = 0; folder < 100; folder += 1) {
      await mkdir(join(many, String(folder)), { recursive: true });
      for (let file = 0; file < 100; file += 1) {
        await writeFile(join(many, String(folder), String(file)), `${folder} ${file}`);
      }
    }
    assert.equal((await cp(many, 'web:/many')).exitCode, 0);
    assert.equal((await cp('web:/many', join(here, 'many-back'))).exitCode, 0);
    assert.equal(await readFile(join(here, 'many-back/42/7'), 'utf8'), '42 7');
    assert.equal(await sh('busybox find /many -type f | busybox wc -l'), '10000\n');
  });

  test('every case of the table can be copied in and out, running and stopped', BOUND, async () => {
    const [cases, packed] = [join(here, 'cases'), join(here, 'cases.tar')];
    await makeArchiveTable(cases);
    packWithTar(cases, packed, 'posix');
    const input = await readFile(packed);
    for (const state of ['running', 'stopped']) {
      await sh(`mkdir /tar-${state}`);
      if (state === 'stopped') await capsulectl(lab, ['workload', 'stop', 'web']);
      const into = await cp('-a', `${cases}/.`, `web:/cp-${state}/`);
      const piped = ['cp', '-a', '-', `web:/tar-${state}`];
      for (const done of [into, await lab.capsulectlWith({ input }, ...piped)]) {
        assert.equal(done.exitCode, 0, done.stderr);
        assert.match(done.stderr, LEFT_OUT);
      }
      for (const source of [`cp-${state}`, `tar-${state}`]) {
        const out = join(here, source);
        const back = await cp('-a', `web:/${source}`, out);
        assert.deepEqual([back.exitCode, back.stderr], [0, '']);
        assertArchiveTable(out, source);
      }
      const archive = join(here, `${state}.tar`);
      await toFile(['cp', `web:/cp-${state}/.`, '-'], archive);
      await mkdir(`${archive}.d`);
      unpackWithTar(archive, `${archive}.d`);
      assertArchiveTable(`${archive}.d`, archive);
    }
    await capsulectl(lab, ['workload', 'start', 'web']);
  });

  test('a large file is copied in constant memory', BOUND, async () => {
    const big = join(here, 'big');
    await writeFile(big, fullOf(256 * MIB));
    const capsuled = await lab.servicePid('capsuled');
    forgetPeakMemory(capsuled);
    const before = peakMemoryBytes(capsuled);
    assert.equal((await cp(big, 'web:/big')).exitCode, 0);
    const back = await capsulectl(lab, ['cp', 'web:/big', join(here, 'big-back')]);
    assert.equal(back.exitCode, 0);
    assert.equal((await lstat(join(here, 'big-back'))).size, 256 * MIB);
    const grown = peakMemoryBytes(capsuled) - before;
    assert.ok(grown < 150 * MIB, `capsuled grew by ${Math.round(grown / MIB)} MiB`);
  });

  test('a killed client or capsuled leaves no process and no mount', BOUND, async () => {
    for (const victim of ['client', 'capsuled']) {
      const child = spawn('capsulectl', ['cp', 'web:/big', '-'], {
        env: lab.env as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(child.stdout, 'readable');
      await until('the program', 20_000, async () => (await programs()) === 1);
      if (victim === 'client') child.kill('SIGKILL');
      else await lab.killCapsuled();
      await until('its end', 20_000, async () => (await programs()) === 0);
      await lab.ready();
      child.kill('SIGKILL');
    }
    assert.doesNotMatch(await readFile(pathOf(lab, '/proc/1/mounts'), 'utf8'), /capsule-files/);
  });
});

/** Data without a hole, because cp does not send holes. */
function* fullOf(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(MIB, 'full');
  for (let done = 0; done < bytes; done += piece.length) yield piece;
}

/** Returns the output of capsulectl, as bytes. */
async function toFile(args: readonly string[], path: string): Promise<void> {
  await using file = await open(path, 'wx');
  const child = spawn('capsulectl', args, {
    env: lab.env as NodeJS.ProcessEnv,
    stdio: ['ignore', file.fd, 'inherit'],
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
}

/** Where the capsule sees files of the workload. */
async function inside(...paths: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await capsulectl(lab, ['workload', 'get', 'web', '-o', 'json']);
  const { pid } = (JSON.parse(stdout) as { status: { pid: number } }).status;
  return paths.map((path) => `/proc/${pid}/root${path}`);
}

/** The number of running capsule-files processes. */
async function programs(): Promise<number> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(
    pids.map((pid) => readFile(pathOf(lab, `/proc/${pid}/comm`), 'utf8').catch(() => '')),
  );
  return names.filter((name) => name === 'capsule-files\n').length;
}
