import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import { type ContainerRef, type ContainerSpec, cellCgroup, containerCgroup } from '@capsule/core';
import {
  busyboxImage,
  dockerArchive,
  EventLog,
  missingContainerd,
  openContainerd,
  writeLogWriter,
} from '@capsule/testkit';
import { plainContainer } from '@capsule/testkit/plain-container';
import { isUnified } from '../cgroup/is-unified.ts';
import { KernelCgroups } from '../cgroup/kernel-cgroups.ts';
import { removeCgroups } from '../cgroup/remove-cgroups.ts';
import { removeIfEmpty } from '../cgroup/remove-if-empty.ts';
import { ContainerdConnection } from './client/containerd-connection.ts';
import { ContainerdRuntime } from './containerd-runtime.ts';
import { ContainerdImages } from './image/containerd-images.ts';
import { fixedRealms } from './realm/fixed-realms.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const CGROUPS = '/sys/fs/cgroup';
const REALM = { name: `cell${process.pid}`, namespace: 'kukeon-cell' };
const IMAGE = 'docker.io/library/busybox:test';
let cells = 0;

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await removeCgroups(CGROUPS, `/kukeon/${REALM.name}`);
  await removeIfEmpty(CGROUPS, '/kukeon');
});

/** Opens a cell, whose containers are named. */
async function openCell(t: TestContext) {
  assert.ok(containerd !== undefined);
  const { socketPath, directory } = containerd;
  cells += 1;
  const connection = new ContainerdConnection({ socketPath });
  const runtime = new ContainerdRuntime(connection, fixedRealms(REALM), {
    logBinary: await writeLogWriter(directory),
    scratch: join(directory, 'view'),
    execRoot: join(directory, 'execs'),
  });
  const archive = dockerArchive(await busyboxImage(), [IMAGE]);
  async function* once() {
    yield archive;
  }
  await new ContainerdImages(connection.in(REALM)).load(once());
  t.after(async () => {
    for (const { ref } of await runtime.list()) await runtime.remove(ref);
    connection[Symbol.dispose]();
  });
  const cell = { realm: REALM.name, space: 'default', stack: 'default', cell: `c${cells}` };
  const refOf = (container: string): ContainerRef => ({ cell, container });
  const logOf = (container: string) => join(directory, 'logs', `${cell.cell}-${container}.log`);
  const start = async (name: string, script: string, more: Partial<ContainerSpec> = {}) => {
    const command = ['sh', '-c', script];
    const spec = { ref: refOf(name), image: IMAGE, command, logPath: logOf(name), ...more };
    await runtime.create(plainContainer(spec));
    await runtime.start(refOf(name));
  };
  /** Runs a script to its end and returns its output. */
  const print = async (name: string, script: string, more: Partial<ContainerSpec> = {}) => {
    await using log = new EventLog(runtime);
    await start(name, script, more);
    await log.until(name, 'exited');
    return (await readFile(logOf(name), 'utf8')).trim();
  };
  return { runtime, refOf, start, print };
}

/** Pins the namespaces of a cell and makes its shared memory, where containerd sees them. */
async function pinCell(name: string) {
  assert.ok(containerd !== undefined);
  const script = `set -e
mkdir -p "$1/shm"
touch "$1/net" "$1/ipc" "$1/uts"
unshare --net="$1/net" --ipc="$1/ipc" --uts="$1/uts" true
mount -t tmpfs -o size=64m shm "$1/shm"`;
  const folder = `/run/${name}`;
  await containerd.run('sh', '-c', script, 'sh', folder);
  const shared = { ipc: `${folder}/ipc`, uts: `${folder}/uts`, shm: `${folder}/shm` };
  return { network: { namespacePath: `${folder}/net` }, shared, hostname: name };
}

const NAMESPACES = 'for n in net ipc uts pid mnt cgroup; do readlink /proc/self/ns/$n; done';

suite('containers of a cell with containerd', { skip, timeout: 120_000 }, () => {
  test('siblings share network, IPC, host name and shared memory, and nothing else', async (t) => {
    const { start, print, runtime, refOf } = await openCell(t);
    const pinned = await pinCell('siblings');
    const root = await print('root', NAMESPACES, { ...pinned, role: 'root' });
    await start('left', 'echo hello > /dev/shm/note; sleep 1000', { ...pinned, role: 'sibling' });
    const side = { ...pinned, role: 'sibling' } as const;
    const said = await print('side', `hostname; ${NAMESPACES}`, side);
    const [hostname, ...own] = said.split('\n');
    assert.equal(hostname, 'siblings');
    const [ofRoot, ofSide] = [root.split('\n'), own];
    assert.deepEqual(ofSide.slice(0, 3), ofRoot.slice(0, 3));
    for (const at of [3, 4, 5]) assert.notEqual(ofSide[at], ofRoot[at]);
    const wait = 'until cat /dev/shm/note 2>/dev/null; do :; done';
    assert.equal(await print('reader', wait, side), 'hello');
    assert.equal((await runtime.inspect(refOf('left')))?.task, 'running');
  });

  test('security options let a program gain privileges, without a filter', async (t) => {
    const { print } = await openCell(t);
    const status = 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status';
    assert.match(await print('usual', status), /^NoNewPrivs:\s+1\nSeccomp:\s+2$/);
    const securityOpts = ['no-new-privileges=false', 'seccomp=unconfined'];
    const loose = await print('loose', status, { securityOpts });
    assert.match(loose, /^NoNewPrivs:\s+0\nSeccomp:\s+0$/);
  });

  test('options of a tmpfs win over the usual ones', async (t) => {
    const { print } = await openCell(t);
    const tmpfs = [{ mountPath: '/x', options: ['noexec', 'size=1m', 'mode=700', 'dev'] }];
    const said = await print('x', 'grep " /x " /proc/mounts', { tmpfs });
    const options = said.split(' ')[3]?.split(',') ?? [];
    for (const option of ['noexec', 'nosuid', 'size=1024k', 'mode=700']) {
      assert.ok(options.includes(option), `${option} in ${said}`);
    }
    assert.equal(options.includes('nodev'), false);
  });

  test('a container starts in the cgroup of its cell, which outlives it until it is removed', async (t) => {
    const { start, runtime, refOf } = await openCell(t);
    const cgroups = new KernelCgroups(CGROUPS);
    const { cell } = refOf('one');
    await cgroups.ensure(cell);
    await start('one', 'sleep 1000', { resources: { pids: 50, memoryBytes: 64 * 1024 ** 2 } });
    await cgroups.remove(cell);
    assert.equal((await runtime.inspect(refOf('one')))?.task, 'running');
    await runtime.remove(refOf('one'));
    assert.ok(await hasCgroup(cellCgroup(cell)));
    await cgroups.remove(cell);
    assert.equal(await hasCgroup(cellCgroup(cell)), false);
  });

  test('shares of the processor are given at the start, and change while it runs', async (t) => {
    const { start, runtime, refOf } = await openCell(t);
    await start('busy', 'sleep 1000', { resources: { cpuShares: 512 } });
    const path = containerCgroup({ ref: refOf('busy'), role: 'root' });
    const usual = (await isUnified(CGROUPS)) ? '100' : '1024';
    const first = await sharesOf(path);
    assert.notEqual(first, usual);
    await runtime.update(refOf('busy'), { cpuShares: 2048 });
    assert.ok(Number(await sharesOf(path)) > Number(first));
    await runtime.update(refOf('busy'), {});
    assert.equal(await sharesOf(path), usual);
    assert.equal((await runtime.inspect(refOf('busy')))?.task, 'running');
  });
});

async function hasCgroup(path: string): Promise<boolean> {
  const folder = join(CGROUPS, (await isUnified(CGROUPS)) ? '' : 'memory', path);
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

async function sharesOf(path: string): Promise<string> {
  const file = (await isUnified(CGROUPS))
    ? join(CGROUPS, path, 'cpu.weight')
    : join(CGROUPS, 'cpu', path, 'cpu.shares');
  return (await readFile(file, 'utf8')).trim();
}
