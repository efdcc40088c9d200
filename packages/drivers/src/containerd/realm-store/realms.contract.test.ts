import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import type { ContainerRef, RealmNamespace } from '@capsule/core';
import { listPids, readProc } from '@capsule/host';
import {
  busyboxImage,
  dockerArchive,
  EventLog,
  missingContainerd,
  openContainerd,
  TestRegistry,
  testImage,
  writeLogWriter,
} from '@capsule/testkit';
import { plainContainer } from '@capsule/testkit/plain-container';
import { removeCgroups } from '../../cgroup/remove-cgroups.ts';
import { removeIfEmpty } from '../../cgroup/remove-if-empty.ts';
import { ContainerdConnection } from '../client/containerd-connection.ts';
import { REALM_LABEL } from '../client/realm-label.ts';
import { ContainerdRuntime } from '../containerd-runtime.ts';
import { ContainerdImageStores } from '../image/containerd-image-stores.ts';
import { ContainerdRealms } from './containerd-realms.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const registry = await TestRegistry.start();
const IMAGE = 'docker.io/library/busybox:test';
let benches = 0;

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await removeIfEmpty('/sys/fs/cgroup', '/kukeon');
  await registry[Symbol.asyncDispose]();
});

/** Opens two realms with namespaces of their own. */
async function openBench(t: TestContext) {
  assert.ok(containerd !== undefined);
  const { socketPath, directory } = containerd;
  benches += 1;
  const one = realmOf(`one-${benches}-${process.pid}`);
  const two = realmOf(`two-${benches}-${process.pid}`);
  const state = { realms: [one, two] };
  const realms = {
    namespaceOf: (realm: string) => state.realms.find(({ name }) => name === realm)?.namespace,
    realms: () => state.realms,
  };
  const connection = new ContainerdConnection({ socketPath });
  const certsDir = await offerRegistry(join(directory, `certs-${benches}`));
  const images = new ContainerdImageStores(connection, realms, { certsDir });
  const runtime = new ContainerdRuntime(connection, realms, {
    logBinary: await writeLogWriter(directory),
    scratch: join(directory, 'view'),
    execRoot: join(directory, 'execs'),
  });
  const store = new ContainerdRealms(connection);
  for (const realm of [one, two]) await store.ensureNamespace(realm);
  t.after(async () => {
    state.realms = [one, two];
    for (const realm of [one, two]) {
      await store.removeNamespace(realm);
      await removeCgroups('/sys/fs/cgroup', `/kukeon/${realm.name}`);
    }
    connection[Symbol.dispose]();
  });
  return { connection, directory, state, one, two, images, runtime, store };
}

type Bench = Awaited<ReturnType<typeof openBench>>;

function realmOf(name: string): RealmNamespace {
  return { name, namespace: `kukeon-${name}` };
}

async function offerRegistry(certsDir: string): Promise<string> {
  await mkdir(join(certsDir, 'registry.test'), { recursive: true });
  const server = `http://${registry.host}`;
  const text = `server = "${server}"\n[host."${server}"]\n  capabilities = ["pull", "resolve"]\n`;
  await writeFile(join(certsDir, 'registry.test', 'hosts.toml'), text);
  return certsDir;
}

async function loadBusybox({ images }: Bench, { name }: RealmNamespace): Promise<void> {
  const archive = dockerArchive(await busyboxImage(), [IMAGE]);
  async function* once() {
    yield archive;
  }
  await images.of(name).load(once());
}

/** The container of the same name in any realm. */
function refIn({ name: realm }: RealmNamespace): ContainerRef {
  const cell = { realm, space: 'default', stack: 'default', cell: 'web' };
  return { cell, container: 'web' };
}

function specIn(bench: Bench, realm: RealmNamespace, command: readonly string[]) {
  const logPath = join(bench.directory, 'logs', `${realm.name}.log`);
  return plainContainer({ ref: refIn(realm), image: IMAGE, command, logPath });
}

async function shimsOf(namespace: string): Promise<number> {
  const lines = await Promise.all((await listPids()).map((pid) => readProc(pid, 'cmdline')));
  return lines.filter((line) => line.split('\0').includes(namespace)).length;
}

const SLEEP = ['sleep', '1000'];

suite('containers of several realms', { skip, timeout: 360_000 }, () => {
  test('containers of one name in two realms are two containers', async (t) => {
    const bench = await openBench(t);
    const { runtime, one, two } = bench;
    await using log = new EventLog(runtime);
    for (const realm of [one, two]) {
      await loadBusybox(bench, realm);
      await runtime.create(specIn(bench, realm, SLEEP));
      await runtime.start(refIn(realm));
    }
    const [first, second] = await Promise.all(
      [one, two].map((each) => runtime.inspect(refIn(each))),
    );
    assert.equal(first?.id, second?.id);
    assert.notEqual(first?.pid, second?.pid);
    await runtime.stop(refIn(one), { graceMs: 0, stopSignal: '' });
    assert.equal((await runtime.inspect(refIn(two)))?.task, 'running');
    const exited = await log.until('web', 'exited');
    assert.deepEqual(exited.ref, refIn(one));
    const tasks = (await runtime.list()).map(({ ref, task }) => [ref.cell.realm, task]);
    assert.deepEqual(tasks, [
      [one.name, 'stopped'],
      [two.name, 'running'],
    ]);
  });

  test('containers of an unknown realm are left alone', async (t) => {
    const bench = await openBench(t);
    const { runtime, one, two, state } = bench;
    await loadBusybox(bench, two);
    await runtime.create(specIn(bench, two, SLEEP));
    const { pid } = await runtime.start(refIn(two));
    state.realms = [one];
    await runtime.reclaim();
    assert.deepEqual(await runtime.list(), []);
    await assert.rejects(runtime.remove(refIn(two)), { code: 'REALM_UNKNOWN' });
    state.realms = [one, two];
    assert.equal((await runtime.inspect(refIn(two)))?.pid, pid);
  });

  test('a namespace holds nothing of a realm that is not its own', async (t) => {
    const bench = await openBench(t);
    const { runtime, one, two, state } = bench;
    await loadBusybox(bench, one);
    await runtime.create(specIn(bench, one, SLEEP));
    state.realms = [{ name: two.name, namespace: one.namespace }];
    assert.deepEqual(await runtime.list(), []);
    assert.equal(await runtime.inspect(refIn(two)), undefined);
  });
});

suite('images of several realms', { skip, timeout: 360_000 }, () => {
  test('a second realm downloads and stores nothing again', async (t) => {
    const bench = await openBench(t);
    const { images, one, two } = bench;
    const layer = { path: 'own', data: Buffer.from(`${process.pid}`.repeat(100_000)) };
    registry.offer('team/app', '1', testImage({ layers: [[layer]] }));
    const reference = 'registry.test/team/app:1';
    const pull = ({ name }: RealmNamespace) => images.of(name).pull(reference, () => undefined);
    await pull(one);
    assert.deepEqual(await images.of(two.name).list(), []);
    const [bytes, served] = [await contentBytes(bench), registry.requests.length];
    const second = await pull(two);
    const blobs = registry.requests.slice(served).filter((request) => request.includes('/blobs/'));
    assert.deepEqual(blobs, []);
    assert.equal(await contentBytes(bench), bytes);
    assert.deepEqual(
      (await images.of(two.name).list()).map(({ digest }) => digest),
      [second.digest],
    );
  });

  test('removing an image in one realm leaves the other its image', async (t) => {
    const bench = await openBench(t);
    const { images, runtime, one, two } = bench;
    for (const realm of [one, two]) await loadBusybox(bench, realm);
    await images.of(one.name).remove(IMAGE);
    assert.deepEqual(await images.of(one.name).list(), []);
    await runtime.create(specIn(bench, two, SLEEP));
    assert.equal((await runtime.start(refIn(two))).task, 'running');
    const spec = specIn(bench, one, SLEEP);
    await assert.rejects(runtime.create(spec), { code: 'RUNTIME_IMAGE_MISSING' });
  });
});

/** Returns the size of containerd's content store on the disk. */
async function contentBytes({ directory }: Bench): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  const blobs = names.filter((name) => name.includes('content.v1.content/blobs/sha256/'));
  const sizes = await Promise.all(
    blobs.map(async (name) => (await stat(join(directory, name))).size),
  );
  assert.ok(sizes.length > 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function labelsOf(connection: ContainerdConnection, realm: RealmNamespace) {
  const { namespaces } = await connection.in(realm).namespaces.list({});
  return namespaces.find(({ name }) => name === realm.namespace)?.labels;
}

/** Gives a namespace these labels and no others. */
async function mark(
  connection: ContainerdConnection,
  realm: RealmNamespace,
  labels: Record<string, string>,
): Promise<void> {
  const namespace = { name: realm.namespace, labels };
  await connection.in(realm).namespaces.update({ namespace });
}

suite('namespaces of realms', { skip, timeout: 360_000 }, () => {
  test('a namespace is made and marked, however often it is asked for', async (t) => {
    const { connection, store, one } = await openBench(t);
    await store.ensureNamespace(one);
    await store.ensureNamespace(one);
    assert.deepEqual(await labelsOf(connection, one), { [REALM_LABEL]: one.name });
  });

  test("an empty namespace without a mark becomes the realm's", async (t) => {
    const { connection, store, one } = await openBench(t);
    await mark(connection, one, { kept: 'yes' });
    await store.ensureNamespace(one);
    const labels = { kept: 'yes', [REALM_LABEL]: one.name };
    assert.deepEqual(await labelsOf(connection, one), labels);
  });

  test('a namespace of another owner is neither taken nor removed', async (t) => {
    const bench = await openBench(t);
    const { connection, store, one, two, images } = bench;
    await loadBusybox(bench, one);
    const taken = { code: 'REALM_NAMESPACE_TAKEN', message: new RegExp(one.namespace) };
    for (const labels of [{}, { [REALM_LABEL]: two.name }]) {
      await mark(connection, one, labels);
      await assert.rejects(store.ensureNamespace(one), taken);
      await assert.rejects(store.removeNamespace(one), taken);
    }
    assert.equal((await images.of(one.name).list()).length, 1);
    await mark(connection, one, { [REALM_LABEL]: one.name });
  });

  test('removing a realm ends all that it holds, and leaves the other realm whole', async (t) => {
    const bench = await openBench(t);
    const { connection, runtime, store, one, two } = bench;
    for (const realm of [one, two]) {
      await loadBusybox(bench, realm);
      await runtime.create(specIn(bench, realm, SLEEP));
      await runtime.start(refIn(realm));
    }
    await connection.in(one).leases.create({ id: 'of-another-client' });
    await store.removeNamespace(one);
    await store.removeNamespace(one);
    assert.equal(await labelsOf(connection, one), undefined);
    assert.equal(await shimsOf(one.namespace), 0);
    assert.equal((await runtime.inspect(refIn(two)))?.task, 'running');
    await runtime.remove(refIn(two));
    await runtime.create(specIn(bench, two, SLEEP));
    await runtime.start(refIn(two));
  });

  test('the last realm that holds content takes it off the disk', async (t) => {
    const bench = await openBench(t);
    const { store, images, one, two } = bench;
    const layer = { path: 'last', data: Buffer.from(`last ${process.pid}`.repeat(50_000)) };
    registry.offer('team/last', '1', testImage({ layers: [[layer]] }));
    const before = await contentBytes(bench).catch(() => 0);
    for (const { name } of [one, two]) {
      await images.of(name).pull('registry.test/team/last:1', () => undefined);
    }
    const full = await contentBytes(bench);
    await store.removeNamespace(one);
    assert.equal(await contentBytes(bench), full);
    await store.removeNamespace(two);
    assert.ok((await contentBytes(bench).catch(() => 0)) <= before);
  });
});
