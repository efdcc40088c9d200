import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import { type ContainerRef, containerCgroup, type ExecRequest } from '@capsule/core';
import { listPids, namesIn, readEntry, readProc } from '@capsule/host';
import {
  busyboxImage,
  dockerArchive,
  missingContainerd,
  openContainerd,
  writeLogWriter,
} from '@capsule/testkit';
import { plainContainer } from '@capsule/testkit/plain-container';
import { isInCgroup } from '../../cgroup/is-in-cgroup.ts';
import { removeCgroups } from '../../cgroup/remove-cgroups.ts';
import { removeIfEmpty } from '../../cgroup/remove-if-empty.ts';
import { ContainerdConnection } from '../client/containerd-connection.ts';
import { ContainerdRuntime } from '../containerd-runtime.ts';
import { ContainerdImages } from '../image/containerd-images.ts';
import { fixedRealms } from '../realm/fixed-realms.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const REALM = `ends${process.pid}`;
const IMAGE = 'docker.io/library/busybox:test';
/**
 * Three processes: in the session of the command, in a session of its own, and one whose parent has ended.
 */
const SCRIPT = `sleep 1000 & busybox setsid sleep 1001 & (busybox setsid sh -c 'sleep 1002 & sleep 1003 &');
  echo up; sleep 1004; echo never`;
const REQUEST: ExecRequest = {
  command: ['sh', '-c', SCRIPT],
  env: {},
  workingDir: '',
  user: '',
  hasInput: false,
};

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await removeCgroups('/sys/fs/cgroup', `/kukeon/${REALM}`);
  await removeIfEmpty('/sys/fs/cgroup', '/kukeon');
});

interface Bench {
  readonly ref: ContainerRef;
  readonly execRoot: string;
  /** Returns the first process and all others of the container. */
  readonly processes: () => Promise<readonly number[]>;
  readonly open: () => Opened;
  /** Starts a program with the arguments of `open`, as a capsuled of its own. */
  readonly capsuled: (program: string) => ChildProcess;
}

interface Opened extends Disposable {
  readonly runtime: ContainerdRuntime;
}

/** Runs a container; `name` names its cell and the namespace of its runtime. */
async function openBench(t: TestContext, name: string, hostPid = false): Promise<Bench> {
  assert.ok(containerd !== undefined);
  const { socketPath, directory } = containerd;
  const namespace = `kukeon-${name}`;
  const cell = { realm: REALM, space: 'default', stack: 'default', cell: name };
  const ref = { cell, container: 'one' };
  const realm = { name: REALM, namespace };
  const execFolders = join(directory, 'execs');
  const execRoot = join(execFolders, namespace);
  await mkdir(execFolders, { recursive: true });
  const options = {
    logBinary: await writeLogWriter(directory),
    scratch: join(directory, 'view'),
    execRoot: execFolders,
  };
  const open = () => {
    const connection = new ContainerdConnection({ socketPath });
    const runtime = new ContainerdRuntime(connection, fixedRealms(realm), options);
    const client = connection.in(realm);
    return { client, runtime, [Symbol.dispose]: () => connection[Symbol.dispose]() };
  };
  const first = open();
  const archive = dockerArchive(await busyboxImage(), [IMAGE]);
  async function* once() {
    yield archive;
  }
  await new ContainerdImages(first.client).load(once());
  await first.runtime.create(
    plainContainer({
      ref,
      image: IMAGE,
      command: ['sleep', '1000'],
      logPath: join(directory, `${name}.log`),
      hostPid,
    }),
  );
  await first.runtime.start(ref);
  t.after(async () => {
    await first.runtime.remove(ref);
    first[Symbol.dispose]();
  });
  const imports = `
    import { ContainerdConnection } from '${join(import.meta.dirname, '../client/containerd-connection.ts')}';
    import { fixedRealms } from '${join(import.meta.dirname, '../realm/fixed-realms.ts')}';
    import { ContainerdRuntime } from '${join(import.meta.dirname, '../containerd-runtime.ts')}';
    const connection = new ContainerdConnection(${JSON.stringify({ socketPath })});
    const realms = fixedRealms(${JSON.stringify(realm)});
    const runtime = new ContainerdRuntime(connection, realms, ${JSON.stringify(options)});
    const exec = () => runtime.exec(${JSON.stringify(ref)}, ${JSON.stringify(REQUEST)});\n`;
  return {
    ref,
    execRoot,
    open,
    processes: () => processesOf(ref),
    capsuled: (program) => {
      const args = ['--input-type=module-typescript', '--eval', `${imports}${program}`];
      return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    },
  };
}

async function processesOf(ref: ContainerRef): Promise<readonly number[]> {
  const cgroup = containerCgroup({ ref, role: 'root' });
  const found = await Promise.all(
    (await listPids()).map(async (pid) => {
      if (!isInCgroup(await readProc(pid, 'cgroup'), cgroup)) return [];
      return (await readEntry(pid))?.isZombie === false ? [pid] : [];
    }),
  );
  return found.flat();
}

/** Starts an exec that prints `up` once all of its processes exist. */
async function execUp({ ref, processes }: Bench, { runtime }: Opened) {
  const session = await runtime.exec(ref, REQUEST);
  const output = session.output[Symbol.asyncIterator]();
  assert.equal(Buffer.from((await output.next()).value?.data ?? []).toString(), 'up\n');
  while ((await processes()).length < 7) await new Promise((resolve) => setImmediate(resolve));
  return session;
}

/** Asserts that only the first process is left, untouched, and no trace of an exec. */
async function assertEnded({ processes, execRoot }: Bench, first: readonly number[]) {
  assert.deepEqual(await processes(), first);
  assert.deepEqual(await namesIn(execRoot), []);
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const UP = `
  const session = await exec();
  for await (const { data } of session.output) process.stdout.write(data);`;

suite('no process of an exec outlives its client', { skip, timeout: 240_000 }, () => {
  for (const hostPid of [false, true]) {
    const kind = hostPid ? 'host' : 'own';

    test(`the client leaves (${kind} pids)`, async (t) => {
      const bench = await openBench(t, `client-${kind}`, hostPid);
      const first = await bench.processes();
      using opened = bench.open();
      const session = await execUp(bench, opened);
      await session[Symbol.asyncDispose]();
      await assertEnded(bench, first);
    });

    test(`capsuled dies (${kind} pids)`, async (t) => {
      const bench = await openBench(t, `capsuled-${kind}`, hostPid);
      const first = await bench.processes();
      const capsuled = bench.capsuled(UP);
      await once(capsuled.stdout ?? capsuled, 'data');
      await killed(capsuled);
      using next = bench.open();
      await next.runtime.reclaim();
      await assertEnded(bench, first);
    });

    test(`containerd dies, then the client leaves (${kind} pids)`, async (t) => {
      const bench = await openBench(t, `away-${kind}`, hostPid);
      const first = await bench.processes();
      using opened = bench.open();
      const session = await execUp(bench, opened);
      await containerd?.killDaemon();
      const away = { code: 'RUNTIME_UNAVAILABLE' };
      await assert.rejects(session.exit, away);
      await assert.rejects(session.signal(1), away);
      await session[Symbol.asyncDispose]();
      assert.deepEqual(await bench.processes(), first, 'without a runtime, at once');
      await containerd?.startDaemon();
      await opened.runtime.endAbandoned();
      await assertEnded(bench, first);
    });

    test(`containerd dies, then capsuled (${kind} pids)`, async (t) => {
      const bench = await openBench(t, `both-${kind}`, hostPid);
      const first = await bench.processes();
      const capsuled = bench.capsuled(UP);
      await once(capsuled.stdout ?? capsuled, 'data');
      await containerd?.killDaemon();
      await killed(capsuled);
      using next = bench.open();
      await assert.rejects(next.runtime.reclaim(), { code: 'RUNTIME_UNAVAILABLE' });
      assert.deepEqual(await bench.processes(), first, 'without a runtime, at once');
      await containerd?.startDaemon();
      await next.runtime.reclaim();
      await assertEnded(bench, first);
    });
  }

  test('containerd dies at any moment of a start', async (t) => {
    const bench = await openBench(t, 'start');
    const first = await bench.processes();
    using opened = bench.open();
    for (const afterMs of [5, 15, 25, 35, 45, 60, 80]) {
      const starting = opened.runtime.exec(bench.ref, REQUEST).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await containerd?.killDaemon();
      const session = await starting;
      await session?.[Symbol.asyncDispose]();
      await containerd?.startDaemon();
      await opened.runtime.endAbandoned();
      await assertEnded(bench, first);
    }
  });

  test('capsuled dies at any moment of a start, alone or with containerd', async (t) => {
    const bench = await openBench(t, 'start-both');
    const first = await bench.processes();
    const program = `process.stdout.write('begins');\n${UP}`;
    for (const [index, afterMs] of [5, 20, 30, 40, 60, 90].entries()) {
      const capsuled = bench.capsuled(program);
      await once(capsuled.stdout ?? capsuled, 'data');
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const both = index % 2 === 0;
      await Promise.all([killed(capsuled), both ? containerd?.killDaemon() : undefined]);
      if (both) await containerd?.startDaemon();
      using next = bench.open();
      await next.runtime.reclaim();
      await assertEnded(bench, first);
    }
  });

  test('no process outlives its exec when the shim dies too', async (t) => {
    const bench = await openBench(t, 'shim', true);
    const [init = 0] = await bench.processes();
    using opened = bench.open();
    const session = await execUp(bench, opened);
    process.kill((await readEntry(init))?.parent ?? 0, 'SIGKILL');
    await session[Symbol.asyncDispose]();
    await opened.runtime.endAbandoned();
    const left = (await bench.processes()).filter((pid) => pid !== init);
    assert.deepEqual([left, await namesIn(bench.execRoot)], [[], []]);
  });

  test('processes that a command leaves on purpose stay when it has ended by itself', async (t) => {
    const bench = await openBench(t, 'daemon');
    const before = await bench.processes();
    using opened = bench.open();
    const command = ['sh', '-c', 'busybox setsid sleep 1000 >&- 2>&- & exit 3'];
    const session = await opened.runtime.exec(bench.ref, { ...REQUEST, command });
    for await (const _ of session.output);
    assert.equal(await session.exit, 3);
    await session[Symbol.asyncDispose]();
    await opened.runtime.endAbandoned();
    assert.equal((await bench.processes()).length, before.length + 1);
    assert.deepEqual(await namesIn(bench.execRoot), []);
  });
});
