import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type CellId,
  type ContainerRef,
  cellKey,
  cellOfWorkload,
  completeSpec,
  containerKey,
  refOfWorkload,
  splitWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import { openStore } from '@capsule/engine';
import {
  FakeCellNamespaces,
  FakeCellNetwork,
  fakeNetworkState,
  fakeOutside,
} from '@capsule/testkit';
import { Cells } from '../store/cells.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestResources } from '../testing/create-test-resources.ts';

const NGINX = 'docker.io/library/nginx:latest';
const SHOP: CellId = { ...cellOfWorkload('web'), stack: 'shop' };
const ROOT = { cell: SHOP, container: 'web' };
const LOG = { cell: SHOP, container: 'log' };
const MOUNTS = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];

/** The flat workload `web`, and a cell of that name with two containers in another stack. */
async function boot(t: TestContext) {
  const db = openStore(':memory:', MIGRATIONS);
  const kernel = fakeNetworkState();
  const outside = fakeOutside();
  const { images, runtime } = outside;
  images.offer(NGINX);
  const namespaces = new FakeCellNamespaces();
  const network = { ...outside.network, namespaces, network: new FakeCellNetwork(kernel) };
  const { resources, base } = createTestResources(db, { ...outside, network });
  const { controller } = resources.workloads;
  t.after(() => controller[Symbol.asyncDispose]());
  controller.start();
  const cells = new Cells(db);
  const container = (change: Partial<WorkloadSpec> = {}) =>
    splitWorkload(completeSpec({ name: 'web', image: 'nginx', ...change }));
  const { cell } = container();
  cells.insert(SHOP, cell, { uid: 'shop', desired: 'running', createdAt: 0 });
  cells.insertContainer(ROOT, 'root', container({ mounts: MOUNTS }).container);
  cells.insertContainer(LOG, 'sibling', container().container);
  await resources.volumes.commands.apply({ name: 'data', sizeBytes: 2 ** 26 });
  resources.workloads.commands.apply(completeSpec({ name: 'web', image: 'nginx' }));
  controller.specChanged(SHOP);
  /** Resolves when `is` is so, which is asked for after each change. */
  const until = async (is: () => boolean) => {
    const changes = base.feed.changes(AbortSignal.timeout(5_000));
    while (!is()) assert.notEqual((await changes.next()).done, true);
    await changes.return(undefined);
  };
  const phaseOf = (ref: ContainerRef) => resources.observer.statusOf(ref).phase;
  const all = [refOfWorkload('web'), ROOT, LOG];
  await until(() => all.every((ref) => phaseOf(ref) === 'running'));
  return { ...resources, runtime, kernel, namespaces, cells, until, phaseOf };
}

test('cells of one name and their containers run, each with its own resources', async (t) => {
  const { records, kernel, runtime, workloads } = await boot(t);
  const seen = (await runtime.list()).map(({ ref }) => containerKey(ref));
  assert.deepEqual(seen.toSorted(), [
    'main_default_default_web_web',
    'main_default_shop_web_log',
    'main_default_shop_web_web',
  ]);
  const addresses = [cellOfWorkload('web'), SHOP].map((cell) => records.addresses.get(cell));
  assert.equal(new Set(addresses).size, 2);
  assert.deepEqual([...kernel.cells.keys()].toSorted(), [cellOfWorkload('web'), SHOP].map(cellKey));
  assert.deepEqual(records.volumes.get('data')?.holder, SHOP);
  assert.equal(workloads.commands.stop('web'), true);
  assert.ok(
    await workloads.controller.untilStopped(cellOfWorkload('web'), AbortSignal.timeout(5000)),
  );
  assert.deepEqual(records.volumes.heldBy(SHOP).length, 1);
});

test('the end of a sibling affects no other container, and its policy restarts it', async (t) => {
  const { observer, runtime, until } = await boot(t);
  runtime.exit(LOG, 3);
  await until(() => observer.statusOf(LOG).restartCount === 1);
  assert.equal(observer.statusOf(LOG).exitCode, 3);
  assert.equal(observer.statusOf(ROOT).restartCount, 0);
  assert.equal(observer.statusOf(refOfWorkload('web')).restartCount, 0);
});

test('a cell that is deleted takes all of its containers along, and nothing else', async (t) => {
  const { cells, records, runtime, workloads, phaseOf } = await boot(t);
  const shop = cells.get(SHOP);
  assert.ok(shop !== undefined);
  cells.update(SHOP, shop.spec, 'deleting');
  workloads.controller.specChanged(SHOP);
  assert.ok(await workloads.controller.untilGone(SHOP, AbortSignal.timeout(5000)));
  const left = (await runtime.list()).map(({ ref }) => containerKey(ref));
  assert.deepEqual(left, ['main_default_default_web_web']);
  assert.equal(records.volumes.get('data')?.holder, undefined);
  assert.equal(records.addresses.get(SHOP), undefined);
  assert.equal(phaseOf(refOfWorkload('web')), 'running');
});

test('a sibling that is to stop stops alone, also while its cell stops and starts', async (t) => {
  const { cells, observer, workloads, until, phaseOf } = await boot(t);
  const lead = (change: () => void) => {
    change();
    workloads.controller.specChanged(SHOP);
  };
  lead(() => cells.desire(LOG, 'stopped'));
  await until(() => phaseOf(LOG) === 'stopped');
  assert.equal(phaseOf(ROOT), 'running');
  const { spec } = cells.get(SHOP) ?? assert.fail();
  lead(() => cells.update(SHOP, spec, 'stopped'));
  await until(() => phaseOf(ROOT) === 'stopped');
  lead(() => cells.update(SHOP, spec, 'running'));
  await until(() => phaseOf(ROOT) === 'running');
  assert.equal(phaseOf(LOG), 'stopped');
  lead(() => cells.desire(LOG, 'running'));
  await until(() => phaseOf(LOG) === 'running');
  assert.equal(observer.statusOf(ROOT).restartCount, 0);
});

for (const [exitCode, reason] of [
  [0, 'Completed'],
  [3, 'Failed'],
] as const) {
  test(`a root that ends with ${exitCode} and is not restarted takes its cell down, until it is restarted`, async (t) => {
    const at = await boot(t);
    const { cells, observer, runtime, workloads, until, phaseOf, kernel, namespaces } = at;
    const key = cellKey(SHOP);
    const next = { isNewRevision: false, isNewRun: false, stopGraceMs: undefined };
    const ports = [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' as const }];
    const change = (ref: ContainerRef, spec: Partial<WorkloadSpec>, isNewRun = false) => {
      const { spec: before } = cells.container(ref) ?? assert.fail();
      cells.updateContainer(ref, { ...before, ...spec }, { ...next, isNewRun });
    };
    change(ROOT, { restartPolicy: 'never' });
    change(LOG, { ports });
    workloads.controller.specChanged(SHOP);
    await until(() => kernel.published.length === 1);
    assert.equal(namespaces.pins.get(key)?.hostname, 'web');
    runtime.exit(ROOT, exitCode);
    await until(() => namespaces.pins.get(key) === undefined && !kernel.cells.has(key));
    await until(() => phaseOf(LOG) === 'stopped' && kernel.published.length === 0);
    assert.equal(observer.statusOf(ROOT).reason, reason);
    assert.equal(observer.statusOf(LOG).reason, 'Stopped');
    assert.equal(observer.statusOf(LOG).restartCount, 0);
    assert.equal(at.records.volumes.get('data')?.holder, undefined);
    assert.notEqual(at.records.addresses.get(SHOP), undefined);
    change(ROOT, {}, true);
    workloads.controller.specChanged(SHOP);
    await until(() => [ROOT, LOG].every((ref) => phaseOf(ref) === 'running'));
    assert.equal(namespaces.pins.get(key)?.complete, true);
    assert.equal(kernel.published.length, 1);
  });
}

test('containers of a cell in the network of the capsule share namespaces and publish nothing', async (t) => {
  const { cells, workloads, until, kernel, namespaces, runtime } = await boot(t);
  const { spec } = cells.get(SHOP) ?? assert.fail();
  const key = cellKey(SHOP);
  cells.update(SHOP, { ...spec, networkMode: 'host' }, 'running');
  workloads.controller.specChanged(SHOP);
  await until(() => !kernel.cells.has(key));
  assert.equal(namespaces.pins.get(key)?.complete, true);
  assert.deepEqual(kernel.published, []);
  const seen = await runtime.list();
  assert.equal(
    seen.filter(({ ref, task }) => ref.cell.stack === 'shop' && task === 'running').length,
    2,
  );
});

test('between the steps of a new container, its running siblings are not looked at again', async (t) => {
  const { cells, runtime, workloads, until, phaseOf } = await boot(t);
  const looks: string[] = [];
  const inspect = runtime.inspect.bind(runtime);
  t.mock.method(runtime, 'inspect', (ref: ContainerRef, signal?: AbortSignal) => {
    looks.push(ref.container);
    return inspect(ref, signal);
  });
  const added = { cell: SHOP, container: 'more' };
  const { container } = splitWorkload(completeSpec({ name: 'web', image: 'nginx' }));
  cells.insertContainer(added, 'sibling', container);
  workloads.controller.specChanged(SHOP);
  await until(() => phaseOf(added) === 'running');
  assert.equal(looks.filter((name) => name === 'log').length, 1);
});
