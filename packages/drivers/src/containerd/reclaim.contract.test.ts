import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import type { ContainerRef } from '@capsule/core';
import { namesIn } from '@capsule/host';
import {
  busyboxImage,
  dockerArchive,
  missingContainerd,
  openContainerd,
  writeLogWriter,
} from '@capsule/testkit';
import { plainContainer } from '@capsule/testkit/plain-container';
import { removeCgroups } from '../cgroup/remove-cgroups.ts';
import { removeIfEmpty } from '../cgroup/remove-if-empty.ts';
import { ContainerdConnection } from './client/containerd-connection.ts';
import { expiryLabels } from './client/lease.ts';
import { packProcess } from './client/pack.ts';
import { ContainerdRuntime } from './containerd-runtime.ts';
import { execFolder, makeFolder } from './exec/exec-folder.ts';
import { ContainerdImages } from './image/containerd-images.ts';
import { STAGING_PREFIX } from './image/records.ts';
import { fixedRealms } from './realm/fixed-realms.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const REALM = `reclaim${process.pid}`;
const REF: ContainerRef = {
  cell: { realm: REALM, space: 'default', stack: 'default', cell: 'c' },
  container: 'one',
};
const IMAGE = 'docker.io/library/busybox:test';

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await removeCgroups('/sys/fs/cgroup', `/kukeon/${REALM}`);
  await removeIfEmpty('/sys/fs/cgroup', '/kukeon');
});

/** Opens a runtime; its client makes the leftovers of a killed one. */
async function openBench(t: TestContext, namespace: string) {
  assert.ok(containerd !== undefined);
  const connection = new ContainerdConnection({ socketPath: containerd.socketPath });
  const realm = { name: REALM, namespace };
  const client = connection.in(realm);
  const execFolders = join(containerd.directory, 'execs');
  const execRoot = join(execFolders, namespace);
  const runtime = new ContainerdRuntime(connection, fixedRealms(realm), {
    logBinary: await writeLogWriter(containerd.directory),
    scratch: join(containerd.directory, 'view'),
    execRoot: execFolders,
  });
  const archive = dockerArchive(await busyboxImage(), [IMAGE]);
  async function* once() {
    yield archive;
  }
  await new ContainerdImages(client).load(once());
  t.after(async () => {
    for (const { ref } of await runtime.list()) await runtime.remove(ref);
    connection[Symbol.dispose]();
  });
  return { client, runtime, execRoot, logPath: join(containerd.directory, `${namespace}.log`) };
}

/** A container named `one` that runs a command. */
function running(command: readonly string[], logPath: string) {
  return plainContainer({ ref: REF, image: IMAGE, command, logPath });
}

suite('leftovers of a killed capsuled', { skip, timeout: 360_000 }, () => {
  test('removes an exec that was created but not started, and one whose streams were never opened', async (t) => {
    const { client, runtime, execRoot, logPath } = await openBench(t, 'kukeon-reclaim-1');
    const spec = running(['sleep', '1000'], logPath);
    const { id } = await runtime.create(spec);
    await runtime.start(REF);
    const process = { args: ['/bin/sleep', '1000'], cwd: '/', env: [], user: { uid: 0, gid: 0 } };
    for (const execId of ['capsule-made', 'capsule-starting']) {
      const folder = execFolder(execRoot, id, execId);
      await makeFolder(execRoot, folder);
      const { stdout, stderr } = folder;
      const streams = { stdin: '', stdout, stderr, terminal: false };
      await client.tasks.exec({ containerId: id, execId, spec: packProcess(process), ...streams });
    }
    // The start waits for a reader of the process's output.
    const starting = client.tasks.start({ containerId: id, execId: 'capsule-starting' });
    starting.catch(() => undefined);
    await runtime.reclaim(AbortSignal.timeout(30_000));
    await starting.catch(() => undefined);
    await runtime.reclaim(AbortSignal.timeout(30_000));
    assert.deepEqual(await namesIn(execRoot), []);
    for (const execId of ['capsule-made', 'capsule-starting']) {
      await assert.rejects(client.tasks.get({ containerId: id, execId }), /not found/i);
    }
  });

  test('a search for lost processes spares those of other containers', async (t) => {
    const { client, runtime, execRoot, logPath } = await openBench(t, 'kukeon-reclaim-3');
    const spec = running(['sh', '-c', 'sleep 1000 & wait'], logPath);
    const { id } = await runtime.create(spec);
    await runtime.start(REF);
    const process = { args: ['/bin/sleep', '1000'], cwd: '/', env: [], user: { uid: 0, gid: 0 } };
    const exec = { containerId: id, execId: 'of-a-person' };
    const streams = { stdin: '', stdout: '', stderr: '', terminal: false };
    await client.tasks.exec({ ...exec, ...streams, spec: packProcess(process) });
    await client.tasks.start(exec);
    const pids = async () =>
      (await client.tasks.listPids({ containerId: id })).processes.map(({ pid }) => pid).sort();
    while ((await pids()).length < 3) await new Promise((resolve) => setImmediate(resolve));
    const before = await pids();
    await makeFolder(execRoot, execFolder(execRoot, id, 'capsule-lost'));
    await runtime.reclaim(AbortSignal.timeout(30_000));
    assert.deepEqual(await pids(), before);
    assert.deepEqual(await namesIn(execRoot), []);
  });

  test('the bundle of a task whose shim and clean-up were killed', async (t) => {
    const { runtime, logPath } = await openBench(t, 'kukeon-reclaim-5');
    assert.ok(containerd !== undefined);
    const spec = running(['sleep', '1000'], logPath);
    const { id } = await runtime.create(spec);
    const tasks = join(containerd.directory, 'state', 'io.containerd.runtime.v2.task');
    const bundle = join(tasks, 'kukeon-reclaim-5', id);
    await mkdir(join(bundle, 'rootfs'), { recursive: true });
    await writeFile(join(bundle, 'config.json'), '{}');
    const seen = await runtime.start(REF);
    assert.equal(seen.task, 'running');
    await runtime.remove(REF);
    await mkdir(join(bundle, 'rootfs', 'of-another-client'), { recursive: true });
    await runtime.create(spec);
    await assert.rejects(runtime.start(REF), /not empty/);
    await rm(bundle, { recursive: true });
  });

  test('refused execs leave no folder behind', async (t) => {
    const { runtime, execRoot } = await openBench(t, 'kukeon-reclaim-4');
    const request = { command: ['true'], env: {}, workingDir: '', user: '', hasInput: false };
    const execs = Array.from({ length: 5 }, () =>
      runtime.exec({ ...REF, container: 'none' }, request),
    );
    const results = await Promise.allSettled(execs);
    assert.ok(results.every(({ status }) => status === 'rejected'));
    assert.deepEqual(await namesIn(execRoot), []);
  });

  test('removes a lease with its content, and the record of a load', async (t) => {
    const { client, runtime } = await openBench(t, 'kukeon-reclaim-2');
    const headers = { 'containerd-lease': 'capsule-another-1' };
    await client.leases.create({ id: headers['containerd-lease'], labels: expiryLabels() });
    const snapshot = { snapshotter: 'overlayfs', key: 'left', parent: '' };
    await client.snapshots.prepare(snapshot, { headers });
    const { images } = await client.images.list({});
    const record = { ...images[0], name: `${STAGING_PREFIX}another-1`, labels: expiryLabels() };
    await client.images.create({ image: record });
    await client.leases.create({ id: `capsule-${client.mark}-own` });
    await client.leases.create({ id: 'of-another-client' });
    await runtime.reclaim();
    const left = (await client.leases.list({})).leases.map(({ id }) => id);
    assert.deepEqual(left.toSorted(), [`capsule-${client.mark}-own`, 'of-another-client']);
    const names = (await client.images.list({})).images.map(({ name }) => name);
    assert.deepEqual(names, [IMAGE]);
    const mounts = client.snapshots.mounts({ snapshotter: 'overlayfs', key: 'left' });
    await assert.rejects(mounts, /not exist|not found/i);
  });
});
