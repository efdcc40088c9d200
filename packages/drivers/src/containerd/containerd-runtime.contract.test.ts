import assert from 'node:assert/strict';
import { once as event } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import { type ContainerRef, type ContainerSpec, containerCgroup } from '@capsule/core';
import { listPids, readProc } from '@capsule/host';
import {
  busyboxImage,
  containerRuntimeContract,
  dockerArchive,
  EventLog,
  execContract,
  missingContainerd,
  openContainerd,
  writeLogWriter,
} from '@capsule/testkit';
import { plainContainer } from '@capsule/testkit/plain-container';
import { removeCgroups } from '../cgroup/remove-cgroups.ts';
import { removeIfEmpty } from '../cgroup/remove-if-empty.ts';
import { ContainerdConnection } from './client/containerd-connection.ts';
import { ContainerdRuntime } from './containerd-runtime.ts';
import { ContainerdImages } from './image/containerd-images.ts';
import { fixedRealms } from './realm/fixed-realms.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const CGROUPS = '/sys/fs/cgroup';
const REALM = `test${process.pid}`;
const IMAGE = 'docker.io/library/busybox:test';
let namespaces = 0;

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await removeCgroups(CGROUPS, `/kukeon/${REALM}`);
  await removeIfEmpty(CGROUPS, '/kukeon');
});

async function openBench(t: TestContext, config: Readonly<Record<string, unknown>> = {}) {
  assert.ok(containerd !== undefined);
  namespaces += 1;
  const connection = new ContainerdConnection({ socketPath: containerd.socketPath });
  const realm = { name: REALM, namespace: `kukeon-test-${namespaces}` };
  const client = connection.in(realm);
  const runtime = new ContainerdRuntime(connection, fixedRealms(realm), {
    logBinary: await writeLogWriter(containerd.directory),
    scratch: join(containerd.directory, 'view'),
    execRoot: join(containerd.directory, 'exec'),
  });
  const archive = dockerArchive(await busyboxImage(config), [IMAGE]);
  await new ContainerdImages(client).load(once(archive));
  t.after(async () => {
    for (const { ref } of await runtime.list()) await runtime.remove(ref);
    connection[Symbol.dispose]();
  });
  const cell = { realm: REALM, space: 'default', stack: 'default', cell: `c${namespaces}` };
  const ref: ContainerRef = { cell, container: 'one' };
  const logPath = join(containerd.directory, 'logs', `${namespaces}.log`);
  const ready = () => untilPrinted(logPath, 'ready');
  return { client, runtime, ref, logPath, image: IMAGE, commands: COMMANDS, ready };
}

async function untilPrinted(path: string, text: string): Promise<void> {
  const watcher = watch(dirname(path));
  try {
    // Watching starts before the read, so no change after the read is missed.
    let change = event(watcher, 'change');
    while (!(await readFile(path, 'utf8').catch(() => '')).includes(text)) {
      await change;
      change = event(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

const COMMANDS = {
  run: ['sh', '-c', 'trap "exit 0" TERM; echo ready; sleep 1000 & wait'],
  stubborn: ['sh', '-c', 'trap "" TERM; while :; do sleep 1000; done'],
  missing: ['no-such-program'],
  exit: (code: number) => ['sh', '-c', `exit ${code}`],
};

type Bench = Awaited<ReturnType<typeof openBench>>;

if (skip === false) containerRuntimeContract('containerd', openBench);
if (skip === false) execContract('containerd', openBench);

/** Returns the command lines of a container's shim and log writer. */
async function processesNaming(...words: readonly string[]): Promise<readonly string[]> {
  const lines = await Promise.all((await listPids()).map((pid) => readProc(pid, 'cmdline')));
  return lines.filter((line) => words.some((word) => line.split('\0').includes(word)));
}

/** Runs a shell script to its end and returns its output. */
async function print(bench: Bench, script: string, more: Partial<ContainerSpec> = {}) {
  const { runtime, ref, logPath } = bench;
  await using log = new EventLog(runtime);
  await runtime.create({ ...specOf(bench), command: ['sh', '-c', script], ...more });
  await runtime.start(ref);
  await log.until('one', 'exited');
  // Removal waits for the log writer, so the file is complete afterwards.
  await runtime.remove(ref);
  return (await readFile(logPath, 'utf8')).trim();
}

suite('containers with containerd', { skip, timeout: 360_000 }, () => {
  test('a container has few capabilities, a seccomp filter, and gains no privileges', async (t) => {
    const bench = await openBench(t);
    const status = await print(bench, 'cat /proc/self/status');
    assert.match(status, /^CapBnd:\s+00000000a80425fb$/m);
    assert.match(status, /^CapInh:\s+0000000000000000$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.match(status, /^Seccomp:\s+2$/m);
  });

  test('kernel switches and secrets are out of reach', async (t) => {
    const bench = await openBench(t);
    const said = await print(
      bench,
      'cat /proc/kcore 2>/dev/null; echo x 2>/dev/null > /proc/sys/kernel/hostname || echo refused; ls /sys/firmware; mount -t tmpfs t /tmp 2>/dev/null || echo no mount',
    );
    assert.equal(said, 'refused\nno mount');
  });

  test('hostname, environment and working directory are those of the spec', async (t) => {
    const bench = await openBench(t, { Env: ['A=image', 'B=image'], WorkingDir: '/tmp' });
    const said = await print(bench, 'hostname; echo $HOSTNAME $A $B $C $HOME; pwd', {
      env: { B: 'spec', C: 'x y' },
    });
    assert.equal(said, 'web\nweb image spec x y /home/chief\n/tmp');
  });

  for (const [user, expected] of [
    ['web', 'uid=101(web) gid=102(web) groups=102(web),200(extra)'],
    ['101', 'uid=101(web) gid=102(web) groups=102(web),200(extra)'],
    ['web:extra', 'uid=101(web) gid=200(extra) groups=200(extra)'],
    ['5000:6000', 'uid=5000 gid=6000 groups=6000'],
    ['5000', 'uid=5000 gid=0(root) groups=0(root)'],
    ['', 'uid=0(root) gid=0(root) groups=0(root),10(wheel)'],
    ['0', 'uid=0(root) gid=0(root) groups=0(root),10(wheel)'],
    ['root', 'uid=0(root) gid=0(root) groups=0(root),10(wheel)'],
  ] as const) {
    test(`the image's user ${user} runs the program`, async (t) => {
      const bench = await openBench(t, { User: user });
      const said = await print(bench, 'id');
      assert.equal(said, expected);
    });
  }

  test("the home directory of root is the one in the image's passwd file", async (t) => {
    assert.equal(await print(await openBench(t), 'echo $HOME'), '/home/chief');
  });

  test('an error names a user that the image does not know', async (t) => {
    const bench = await openBench(t, { User: 'nobody-at-all' });
    await assert.rejects(print(bench, 'id'), { code: 'RUNTIME_USER_UNKNOWN' });
  });

  test("as in Kubernetes, command replaces the image's entrypoint and drops its cmd", async (t) => {
    const config = { Entrypoint: ['echo', 'entry'], Cmd: ['cmd'] };
    for (const [command, args, expected] of [
      [[], [], 'entry cmd'],
      [[], ['args'], 'entry args'],
      [['echo', 'mine'], [], 'mine'],
      [['echo', 'mine'], ['args'], 'mine args'],
    ] as const) {
      const bench = await openBench(t, config);
      assert.equal(await print(bench, '', { command, args }), expected);
    }
  });

  test('a container can read the bound files of the capsule, and cannot write them', async (t) => {
    const bench = await openBench(t);
    const file = { source: bench.logPath.replace(/\.log$/, '.hosts'), target: '/etc/hosts' };
    await mkdir(join(bench.logPath, '..'), { recursive: true });
    await writeFile(file.source, '10.0.0.1 neighbour\n');
    const script = 'cat /etc/hosts; echo x 2>/dev/null >> /etc/hosts || echo refused';
    const said = await print(bench, script, { files: [file] });
    assert.equal(said, '10.0.0.1 neighbour\nrefused');
  });

  test('a container runs in its own cgroup, and removal leaves no cgroup', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref } = bench;
    await runtime.create(specOf(bench));
    await runtime.start(ref);
    assert.notDeepEqual(await cgroupsOf(ref), []);
    await runtime.remove(ref);
    assert.deepEqual(await cgroupsOf(ref), []);
  });

  test('containers keep running without containerd, and are found again', async (t) => {
    assert.ok(containerd !== undefined);
    const bench = await openBench(t);
    const { runtime, ref } = bench;
    await runtime.create(specOf(bench));
    const before = await runtime.start(ref);
    const log = new EventLog(runtime);
    await containerd.killDaemon();
    await log[Symbol.asyncDispose]();
    await assert.rejects(runtime.list(), { code: 'RUNTIME_UNAVAILABLE', kind: 'unavailable' });
    assert.equal((await runtime.probe()).ok, false);
    await containerd.startDaemon();
    assert.deepEqual(await runtime.inspect(ref), before);
    await bench.ready();
    await runtime.stop(ref, { graceMs: 5000, stopSignal: '' });
    assert.equal((await runtime.inspect(ref))?.exitCode, 0);
  });

  test('an interrupted creation is completed: a record without snapshot, a snapshot without record', async (t) => {
    const bench = await openBench(t);
    const { client, runtime, ref } = bench;
    const { id } = await runtime.create(specOf(bench));
    await client.snapshots.remove({ snapshotter: 'overlayfs', key: id });
    assert.equal((await runtime.start(ref)).task, 'running');
    await runtime.remove(ref);
    await client.snapshots.prepare({
      snapshotter: 'overlayfs',
      key: id,
      parent: '',
      labels: { 'containerd.io/gc.root': 'test' },
    });
    await runtime.create(specOf(bench));
    assert.equal((await runtime.start(ref)).task, 'running');
  });

  test('a killed shim ends its container, and the container can start again', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref } = bench;
    await using log = new EventLog(runtime);
    const { id } = await runtime.create(specOf(bench));
    await runtime.start(ref);
    await killShim(id);
    await log.until('one', 'exited');
    assert.notEqual((await runtime.inspect(ref))?.task, 'running');
    assert.equal((await runtime.start(ref)).task, 'running');
  });

  test('an ended container has no shim and no log writer, and its result is stored', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref, logPath } = bench;
    const leave = new AbortController();
    t.after(() => leave.abort());
    const events = runtime.events(leave.signal)[Symbol.asyncIterator]();
    let next = events.next();
    await runtime.create({ ...specOf(bench), command: ['sh', '-c', 'printf result; exit 3'] });
    await runtime.start(ref);
    for (; (await next).value?.kind !== 'exited'; next = events.next());
    assert.equal(await readFile(logPath, 'utf8'), 'result');
    assert.deepEqual(await processesNaming(logPath, (await runtime.list())[0]?.id ?? ''), []);
    const seen = await runtime.inspect(ref);
    assert.deepEqual([seen?.task, seen?.exitCode], ['stopped', 3]);
    assert.ok(seen?.exitedAt !== undefined);
    assert.deepEqual(await runtime.list(), [seen]);
    await runtime.start(ref);
    for (next = events.next(); (await next).value?.kind !== 'exited'; next = events.next());
    assert.equal(await readFile(logPath, 'utf8'), 'resultresult');
  });

  test('a container that ended without capsuled is settled by the next capsuled, and by a stop', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref, logPath, client } = bench;
    await runtime.create({ ...specOf(bench), command: ['sh', '-c', 'printf result; exit 3'] });
    for (const settle of [
      () => runtime.reclaim(),
      () => runtime.stop(ref, { graceMs: 0, stopSignal: '' }),
    ]) {
      const { id } = await runtime.start(ref);
      await client.tasks.wait({ containerId: id });
      await settle();
      assert.deepEqual(await processesNaming(logPath, id), []);
      assert.equal((await runtime.inspect(ref))?.exitCode, 3);
    }
  });

  test('the log is complete even when the end is seen before its event', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref, logPath, client } = bench;
    await runtime.create({ ...specOf(bench), command: ['sh', '-c', 'printf result; exit 3'] });
    const { id } = await runtime.start(ref);
    await client.tasks.wait({ containerId: id });
    const seen = await runtime.inspect(ref);
    assert.deepEqual([seen?.task, seen?.exitCode], ['stopped', 3]);
    assert.equal(await readFile(logPath, 'utf8'), 'result');
    assert.deepEqual(await processesNaming(logPath, id), []);
  });

  test('a task that was created and never started is recreated', async (t) => {
    const bench = await openBench(t);
    const { client, runtime, ref } = bench;
    const { id } = await runtime.create(specOf(bench));
    const { mounts } = await client.snapshots.mounts({ snapshotter: 'overlayfs', key: id });
    await client.tasks.create({ containerId: id, rootfs: mounts });
    assert.equal((await runtime.inspect(ref))?.task, 'created');
    assert.equal((await runtime.start(ref)).task, 'running');
  });

  test('names of any legal length and shape make containers', async (t) => {
    const bench = await openBench(t);
    const { runtime } = bench;
    const cell = { ...bench.ref.cell, cell: `a--${'b'.repeat(59)}c`, stack: 's'.repeat(63) };
    const ref = { cell, container: 'c'.repeat(63) };
    await runtime.create({ ...specOf(bench), ref });
    assert.equal((await runtime.start(ref)).task, 'running');
    assert.deepEqual((await runtime.list())[0]?.ref, ref);
    await runtime.remove(ref);
    assert.deepEqual(await cgroupsOf(ref), []);
  });

  test('a container joins the network namespace of its cell, where it may bind every port', async (t) => {
    assert.ok(containerd !== undefined);
    const bench = await openBench(t, { User: 'web' });
    const namespacePath = join(containerd.directory, `netns-${bench.ref.cell.cell}`);
    await containerd.run('sh', '-c', 'touch "$1" && unshare --net="$1" true', 'sh', namespacePath);
    const script = 'cat /proc/net/dev | wc -l; cat /proc/sys/net/ipv4/ip_unprivileged_port_start';
    const said = await print(bench, script, { network: { namespacePath } });
    assert.equal(said, '3\n0');
  });

  test('a stop while containerd dies fails, and everything else survives', async (t) => {
    assert.ok(containerd !== undefined);
    const bench = await openBench(t);
    const { runtime, ref } = bench;
    await runtime.create({ ...specOf(bench), command: COMMANDS.stubborn });
    await runtime.start(ref);
    const stop = assert.rejects(runtime.stop(ref, { graceMs: 60_000, stopSignal: '' }), {
      kind: 'unavailable',
    });
    await containerd.killDaemon();
    await stop;
    await containerd.startDaemon();
    assert.equal((await runtime.inspect(ref))?.task, 'running');
  });

  test('a stop can be aborted', async (t) => {
    const bench = await openBench(t);
    const { runtime, ref } = bench;
    await runtime.create({ ...specOf(bench), command: COMMANDS.stubborn });
    await runtime.start(ref);
    const controller = new AbortController();
    const reason = new Error('enough');
    const stop = runtime.stop(ref, { graceMs: 60_000, stopSignal: '' }, controller.signal);
    setImmediate(() => controller.abort(reason));
    await assert.rejects(stop, reason);
    assert.equal((await runtime.inspect(ref))?.task, 'running');
  });
});

function specOf({ ref, image, logPath }: Bench): ContainerSpec {
  return plainContainer({ ref, image, command: COMMANDS.run, hostname: 'web', logPath });
}

/** The shim of a container has its id among its arguments. */
async function killShim(id: string): Promise<void> {
  for (const pid of await readdir('/proc')) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const isShim = line.includes('containerd-shim-runc-v2') && line.split('\0').includes(id);
    if (isShim && line.includes(containerd?.directory ?? '-')) process.kill(Number(pid), 'SIGKILL');
  }
}

/** Returns the cgroups of the root container. */
async function cgroupsOf(ref: ContainerRef): Promise<string[]> {
  const path = containerCgroup({ ref, role: 'root' });
  const found: string[] = [];
  for (const controller of ['', ...(await readdir(CGROUPS))]) {
    const directory = join(CGROUPS, controller, path);
    const entries = await readdir(directory).catch(() => undefined);
    if (entries !== undefined) found.push(directory);
  }
  return found;
}
