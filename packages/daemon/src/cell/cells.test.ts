import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type CellDocument,
  type CellId,
  type ContainerDocument,
  completeSpec,
  containerKey,
  describePlace,
  type NodeState,
  placeKey,
  type WorkloadSpec,
} from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FAKE_PROGRAMS, FakeCellNetwork, fakeNetworkState, fakeOutside } from '@capsule/testkit';
import { scopeMaker } from '../scope/make.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestResources } from '../testing/create-test-resources.ts';
import type { CellOutcome } from './apply.ts';

const SHOP: CellId = { realm: 'main', space: 'default', stack: 'default', cell: 'shop' };
const ROOT = { cell: SHOP, container: 'web' };
const SIDE = { cell: SHOP, container: 'side' };

function container(name: string, change: Partial<WorkloadSpec> = {}, id = SHOP): ContainerDocument {
  const spec = completeSpec({ name, image: 'nginx', restartPolicy: 'never', ...change });
  return { ref: { cell: id, container: name }, spec };
}

function cell(...containers: readonly ContainerDocument[]): CellDocument {
  return { id: SHOP, labels: {}, containers };
}

async function boot(t: TestContext) {
  const db = openStore(':memory:', MIGRATIONS);
  const kernel = fakeNetworkState();
  const outside = fakeOutside();
  outside.images.offer('docker.io/library/nginx:latest');
  outside.images.offer('docker.io/library/redis:latest');
  const { runtime } = outside;
  const network = { ...outside.network, network: new FakeCellNetwork(kernel) };
  const scopes = scopeMaker({
    realms: outside.realmStore,
    names: network.names,
    spaces: network.network,
    cgroups: outside.cgroups,
  });
  const { resources, base } = createTestResources(db, { ...outside, network, scopes });
  const { controller } = resources.workloads;
  const { scopeController } = resources.cells;
  t.after(() =>
    Promise.all([controller[Symbol.asyncDispose](), scopeController[Symbol.asyncDispose]()]),
  );
  scopeController.start();
  controller.start();
  const until = async (is: () => boolean) => {
    const changes = base.feed.changes(AbortSignal.timeout(5_000));
    while (!is()) assert.notEqual((await changes.next()).done, true);
    await changes.return(undefined);
  };
  const { cells } = resources.records;
  const { describer, applier } = resources.cells;
  const stateOf = (name?: string): NodeState | 'gone' => {
    const record = cells.get(SHOP);
    if (record === undefined) return 'gone';
    const shown = describer.cell(record);
    if (name === undefined) return shown.status.state;
    return shown.containers.find(({ ref }) => ref.container === name)?.status.state ?? 'gone';
  };
  const apply = (...desired: Parameters<typeof applier.applyAll>[0]) => applier.applyAll(desired);
  return {
    ...resources,
    area: resources.cells,
    cells,
    runtime,
    kernel,
    outside,
    base,
    until,
    stateOf,
    apply,
  };
}

function words(outcomes: readonly CellOutcome[]): readonly string[] {
  return outcomes.map((one) => ('error' in one ? one.error.code : one.applied.change));
}

test('a container makes its parents and its cell, whose root it becomes', async (t) => {
  const { apply, until, stateOf, records } = await boot(t);
  const far: CellId = { realm: 'lab', space: 'blue', stack: 'one', cell: 'db' };
  const [made] = apply({ container: container('db', {}, far) });
  assert.ok(made !== undefined && 'applied' in made);
  assert.deepEqual(made.applied.madeParents.map(describePlace), [
    'lab',
    'lab/blue',
    'lab/blue/one',
    'lab/blue/one/db',
  ]);
  assert.equal(made.applied.record.containers[0]?.role, 'root');
  assert.equal(records.scopes.get({ realm: 'lab', space: 'blue' })?.network?.cidr, '10.88.0.0/24');
  assert.equal(records.scopes.get({ realm: 'lab' })?.namespace, 'kukeon-lab');
  assert.deepEqual(words(apply({ container: container('web') })), ['created']);
  await until(() => stateOf() === 'ready');
  assert.deepEqual(words(apply({ container: container('side') })), ['created']);
  await until(() => stateOf('side') === 'ready');
  assert.equal(stateOf('web'), 'ready');
});

test('an empty cell waits for its first container, which becomes its root', async (t) => {
  const { apply, until, stateOf, kernel, cells } = await boot(t);
  apply({ cell: cell() });
  // The attach itself notifies no listener.
  const tooLate = AbortSignal.timeout(5_000);
  while (kernel.cells.size === 0 && !tooLate.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(stateOf(), 'pending');
  apply({ container: container('web') });
  await until(() => stateOf() === 'ready');
  assert.equal(cells.get(SHOP)?.containers[0]?.role, 'root');
});

test('a request that deletes an empty cell learns that it is gone', async (t) => {
  const { apply, area, workloads } = await boot(t);
  apply({ cell: cell() });
  const gone = workloads.controller.untilGone(SHOP, AbortSignal.timeout(5_000));
  area.commands.delete(SHOP);
  assert.equal(await gone, true);
});

test('an apply of a cell adds, changes and removes containers, and nothing else', async (t) => {
  const { apply, until, stateOf, runtime, cells } = await boot(t);
  apply({ cell: cell(container('web'), container('side'), container('old')) });
  await until(() => ['web', 'side', 'old'].every((name) => stateOf(name) === 'ready'));
  const pidOf = async (name: string) =>
    (await runtime.inspect({ cell: SHOP, container: name }))?.pid;
  const before = [await pidOf('web'), await pidOf('side')];
  const next = cell(container('web'), container('side', { image: 'redis' }), container('new'));
  const [outcome] = apply({ cell: next });
  assert.ok(outcome !== undefined && 'applied' in outcome);
  assert.deepEqual(
    outcome.applied.fields.map(({ path }) => path),
    [
      'containers.side.image',
      'containers.new',
      'containers.new.image',
      'containers.new.restartPolicy',
      'containers.old',
    ],
  );
  await until(() => stateOf('old') === 'gone' && stateOf('new') === 'ready');
  await until(() => stateOf('side') === 'ready');
  assert.equal(await pidOf('web'), before[0]);
  assert.notEqual(await pidOf('side'), before[1]);
  assert.deepEqual(words(apply({ cell: next })), ['unchanged']);
  assert.equal(cells.get(SHOP)?.containers.length, 3);
});

const REFUSED: readonly (readonly [string, readonly ContainerDocument[], string])[] = [
  [
    'two roots',
    [
      { ...container('a'), isRoot: true },
      { ...container('b'), isRoot: true },
    ],
    'CELL_ROOTS_SEVERAL',
  ],
  ['another root', [{ ...container('side'), isRoot: true }, container('web')], 'CELL_ROOT_EXISTS'],
  [
    'a host network of a sibling',
    [container('web'), container('side', { networkMode: 'host' })],
    'CELL_FIELD_OF_CELL',
  ],
  [
    'the processes of the capsule in a sibling',
    [container('web'), container('side', { hostPid: true })],
    'CELL_FIELD_OF_CELL',
  ],
  [
    'the IPC namespace of the capsule in a sibling',
    [container('web'), container('side', { hostIpc: true })],
    'CELL_FIELD_OF_CELL',
  ],
  [
    'settings of the kernel in a sibling',
    [container('web'), container('side', { sysctls: { 'net.core.somaxconn': '9' } })],
    'CELL_FIELD_OF_CELL',
  ],
  [
    'a published port of a sibling in the network of the capsule',
    [container('web', { networkMode: 'host' }), container('side', { ports: [PORT()] })],
    'MANIFEST_SPEC_INVALID',
  ],
  ['a name twice', [container('web'), container('web')], 'MANIFEST_SPEC_INVALID'],
  ['a name that is none', [container('web'), container('Side_')], 'MANIFEST_SPEC_INVALID'],
  [
    'a port twice',
    [container('web', { ports: [PORT()] }), container('side', { ports: [PORT()] })],
    'WORKLOAD_PORT_TAKEN',
  ],
];

function PORT() {
  return { hostPort: 8080, containerPort: 80, protocol: 'tcp' } as const;
}

for (const [what, containers, code] of REFUSED) {
  test(`a cell with ${what} is refused, and nothing is stored`, async (t) => {
    const { apply, cells } = await boot(t);
    apply({ cell: cell(container('web')) });
    const before = cells.list();
    assert.deepEqual(words(apply({ cell: cell(...containers) })), [code]);
    assert.deepEqual(cells.list(), before);
  });
}

test('a start of a cell starts its stopped container, whether the cell runs or not', async (t) => {
  const { apply, area, until, stateOf } = await boot(t);
  const { commands } = area;
  apply({ cell: cell(container('web'), container('side')) });
  for (const isRunning of [true, false]) {
    await until(() => stateOf() === 'ready');
    commands.stopContainer(SIDE, 'stopped');
    await until(() => stateOf('side') === 'stopped');
    if (!isRunning) commands.stop(SHOP);
    await until(() => (stateOf('web') === 'ready') === isRunning);
    assert.deepEqual(commands.dueToStart(SHOP), isRunning ? [SIDE] : [ROOT, SIDE]);
    assert.equal(commands.start(SHOP), true);
    await until(() => stateOf('side') === 'ready');
  }
  assert.equal(commands.start(SHOP), false);
});

test('a container has an age of its own', async (t) => {
  const { apply, area, cells, until, stateOf } = await boot(t);
  apply({ cell: cell(container('web')) });
  await until(() => stateOf() === 'ready');
  const before = Date.now();
  // Less than a millisecond, which is the unit of an age.
  while (Date.now() === before);
  apply({ container: container('side') });
  const record = cells.get(SHOP);
  assert.ok(record !== undefined);
  const ages = area.describer.cell(record).containers.map(({ createdAt }) => createdAt);
  assert.ok(ages.every((at) => at >= record.createdAt));
  assert.ok((ages[1] ?? 0) > (ages[0] ?? 0));
});

test('a creation leaves what exists alone, and says how it differs', async (t) => {
  const { apply } = await boot(t);
  apply({ container: container('web') });
  assert.deepEqual(words(apply({ container: container('web'), createOnly: true })), ['unchanged']);
  const [other] = apply({ container: container('web', { image: 'redis' }), createOnly: true });
  assert.ok(other !== undefined && 'error' in other);
  assert.equal(other.error.code, 'CELL_EXISTS');
  assert.match(other.error.message, /^container shop\/web exists and differs in image$/);
});

test('verbs act on cells and siblings, and refuse what a root or a stopped cell cannot do', async (t) => {
  const { apply, area, until, stateOf, workloads } = await boot(t);
  const { commands } = area;
  apply({ cell: cell(container('web'), container('side')) });
  await until(() => stateOf() === 'ready');
  assert.throws(() => commands.stopContainer(ROOT, 'stopped'), { code: 'CELL_ROOT_ALONE' });
  assert.throws(() => commands.deleteContainer(ROOT), { code: 'CELL_ROOT_ALONE' });
  assert.throws(() => commands.delete(SHOP), { code: 'CELL_NOT_EMPTY' });
  assert.equal(commands.stopContainer(SIDE, 'stopped'), true);
  await until(() => stateOf('side') === 'stopped');
  assert.equal(commands.stopContainer(SIDE, 'stopped'), false);
  assert.equal(stateOf(), 'ready');
  assert.equal(commands.stop(SHOP), true);
  await until(() => stateOf() === 'stopped');
  assert.throws(() => commands.startContainer(SIDE), { code: 'CELL_CELL_STOPPED' });
  assert.equal(commands.start(SHOP), true);
  await until(() => stateOf('web') === 'ready' && stateOf('side') === 'ready');
  assert.equal(commands.stopContainer(SIDE, 'stopped'), true);
  await until(() => stateOf('side') === 'stopped');
  assert.equal(commands.startContainer(SIDE), true);
  await until(() => stateOf('side') === 'ready');
  assert.equal(await area.pauses.pause(SHOP), true);
  await until(() => stateOf() === 'paused');
  assert.equal(await area.pauses.unpause(SHOP), true);
  await until(() => stateOf() === 'ready');
  assert.equal(commands.deleteContainer(SIDE), true);
  await until(() => stateOf('side') === 'gone');
  assert.equal(commands.delete(SHOP), true);
  assert.ok(await workloads.controller.untilGone(SHOP, AbortSignal.timeout(5_000)));
  assert.equal(commands.delete(SHOP), false);
});

test('no sibling starts in a paused cell, and the request learns why', async (t) => {
  const { apply, area, until, stateOf } = await boot(t);
  const { commands } = area;
  apply({ cell: cell(container('web'), container('side')) });
  await until(() => stateOf() === 'ready');
  await area.pauses.pause(SHOP);
  await until(() => stateOf() === 'paused');
  assert.equal(commands.startContainer(SIDE), false);
  assert.throws(() => commands.restartContainer(SIDE), { code: 'CELL_PAUSED' });
  commands.stopContainer(SIDE, 'stopped');
  await until(() => stateOf('side') === 'stopped');
  assert.throws(() => commands.startContainer(SIDE), { code: 'CELL_PAUSED' });
  // The cell starts it when it resumes.
  commands.start(SHOP);
  assert.throws(() => commands.startContainer(SIDE), { code: 'CELL_PAUSED' });
  await area.pauses.unpause(SHOP);
  await until(() => stateOf('web') === 'ready' && stateOf('side') === 'ready');
  assert.equal(commands.startContainer(SIDE), false);
});

test('a container that is being deleted comes back when it is applied, and not with another one', async (t) => {
  const { apply, area, until, stateOf, cells, observer } = await boot(t);
  const both = cell(container('web'), container('side'));
  apply({ cell: both });
  await until(() => stateOf() === 'ready');
  const desired = () => cells.container(SIDE)?.desired;
  area.commands.deleteContainer(SIDE);
  assert.deepEqual(words(apply({ container: container('log') })), ['created']);
  assert.equal(desired(), 'deleting');
  await until(() => stateOf('side') === 'gone' && stateOf('log') === 'ready');
  const log = { cell: SHOP, container: 'log' };
  const { pid } = observer.statusOf(log);
  area.commands.deleteContainer(log);
  const back = cell(container('web'), container('log'));
  assert.deepEqual(words(apply({ cell: back })), ['configured']);
  assert.equal(cells.container(log)?.desired, 'running');
  await until(() => stateOf('log') === 'ready' && observer.statusOf(log).pid !== pid);
  area.commands.deleteContainer(log);
  const again = apply({ container: container('log'), createOnly: true });
  assert.deepEqual(words(again), ['created']);
});

test('a cell keeps a volume that only its stopped sibling mounts', async (t) => {
  const { apply, area, until, stateOf, volumes, records } = await boot(t);
  await volumes.commands.apply({ name: 'data', sizeBytes: 2 ** 26 });
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];
  const other: CellId = { ...SHOP, cell: 'other' };
  apply({ cell: cell(container('web'), container('side', { mounts })) });
  await until(() => stateOf() === 'ready');
  area.commands.stopContainer(SIDE, 'stopped');
  await until(() => stateOf('side') === 'stopped');
  const wanted = { container: container('web', { mounts }, other) };
  const [refused] = apply(wanted);
  assert.ok(refused !== undefined && 'error' in refused);
  assert.equal(refused.error.message, 'volume data is in use by cell shop');
  assert.match(refused.error.hint ?? '', /^run `capsulectl cell stop shop` or/);
  assert.equal(area.commands.startContainer(SIDE), true);
  area.commands.stop(SHOP);
  assert.deepEqual(words(apply(wanted)), ['created']);
  await until(() => records.volumes.get('data')?.holder?.cell === 'other');
});

test('a sibling whose image cannot be pulled keeps nothing of its cell from running', async (t) => {
  const { apply, until, stateOf, runtime, observer } = await boot(t);
  apply({ cell: cell(container('web', { restartPolicy: 'always' })) });
  await until(() => stateOf() === 'ready');
  apply({ container: container('side', { image: 'nowhere/none' }) });
  await until(() => observer.statusOf(SIDE).nextRetryAt !== undefined);
  assert.equal(stateOf('side'), 'failed');
  assert.equal(stateOf('web'), 'ready');
  assert.equal(observer.statusOf(ROOT).hint, undefined);
  apply({ container: container('log') });
  await until(() => stateOf('log') === 'ready');
  const { pid } = observer.statusOf(ROOT);
  runtime.exit(ROOT, 1);
  await until(() => stateOf('web') === 'ready' && observer.statusOf(ROOT).pid !== pid);
});

test('a root restarts when it is due while the image of a sibling is pulled', async (t) => {
  const { apply, until, stateOf, runtime, observer, outside } = await boot(t);
  const release = outside.images.hold('docker.io/library/slow:latest');
  apply({ cell: cell(container('web', { restartPolicy: 'always', restartBackoffSeconds: 1 })) });
  await until(() => stateOf() === 'ready');
  const { pid } = observer.statusOf(ROOT);
  apply({ container: container('side', { image: 'slow' }) });
  await until(() => observer.statusOf(SIDE).progress?.stage === 'pulling');
  runtime.exit(ROOT, 1);
  await until(() => stateOf('web') === 'ready' && observer.statusOf(ROOT).pid !== pid);
  assert.equal(observer.statusOf(SIDE).progress?.stage, 'pulling');
  release();
  await until(() => stateOf('side') === 'ready');
});

for (const call of ['create', 'start'] as const) {
  test(`a root restarts when it is due while a sibling fails to ${call}`, async (t) => {
    const { apply, until, stateOf, runtime, observer } = await boot(t);
    const web = container('web', { restartPolicy: 'always', restartBackoffSeconds: 1 });
    apply({ cell: cell(web) });
    await until(() => stateOf() === 'ready');
    const failure = new Error('no such user');
    if (call === 'create') for (let at = 0; at < 20; at += 1) runtime.failNext(call, failure);
    const command = call === 'start' ? [FAKE_PROGRAMS.missing] : [];
    apply({ container: container('side', { command }) });
    const retryAt = () => observer.statusOf(SIDE).nextRetryAt ?? 0;
    // Longer than the pause of the root.
    await until(() => retryAt() - Date.now() > 1_500);
    const late = retryAt();
    runtime.exit(ROOT, 1);
    await until(() => stateOf('web') === 'failed');
    await until(() => stateOf('web') === 'ready');
    assert.ok((observer.statusOf(ROOT).startedAt ?? late) < late);
    assert.equal(stateOf('side'), 'failed');
  });
}

test('a space whose bridge was taken away is made again for the next start', async (t) => {
  const { apply, area, until, stateOf, kernel } = await boot(t);
  apply({ cell: cell(container('web')) });
  await until(() => stateOf() === 'ready');
  area.commands.stop(SHOP);
  await until(() => stateOf() === 'stopped' && kernel.cells.size === 0);
  kernel.spaces.delete('main_default');
  area.commands.start(SHOP);
  await until(() => stateOf() === 'ready');
});

test('a volume can be taken from a cell with siblings by force', async (t) => {
  const { apply, until, stateOf, volumes, records, cells } = await boot(t);
  await volumes.commands.apply({ name: 'data', sizeBytes: 2 ** 26 });
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];
  apply({ cell: cell(container('web'), container('side', { mounts })) });
  await until(() => stateOf() === 'ready');
  assert.equal(await volumes.commands.delete('data', true, AbortSignal.timeout(5_000)), true);
  assert.equal(records.volumes.get('data'), undefined);
  assert.equal(cells.get(SHOP)?.desired, 'stopped');
});

test('a scope that cannot be taken down shows the reason', async (t) => {
  const { area, records, outside, base } = await boot(t);
  const { scopeCommands, scopeController } = area;
  const lab = { realm: 'lab' };
  scopeCommands.apply({ place: lab, labels: {} });
  const remove = outside.realmStore.removeNamespace.bind(outside.realmStore);
  const failed = Promise.withResolvers<void>();
  let isFirst = true;
  outside.realmStore.removeNamespace = async (realm) => {
    if (!isFirst) return remove(realm);
    isFirst = false;
    failed.resolve();
    throw new RangeError('the namespace is not empty');
  };
  const changes = base.feed.changes(AbortSignal.timeout(5_000));
  scopeCommands.delete(lab);
  await failed.promise;
  const message = () => {
    const record = records.scopes.get(lab);
    return record && scopeController.stateOf(record).message;
  };
  while (!/not empty/.test(message() ?? '')) assert.notEqual((await changes.next()).done, true);
  await changes.return(undefined);
  assert.ok(await scopeController.untilGone(lab, AbortSignal.timeout(5_000)));
});

test('the end of a root decides over its cell, and that of a sibling does not', async (t) => {
  for (const [code, state] of [
    [0, 'stopped'],
    [3, 'failed'],
  ] as const) {
    const { apply, until, stateOf, runtime } = await boot(t);
    apply({ cell: cell(container('web'), container('side', { restartPolicy: 'always' })) });
    await until(() => stateOf() === 'ready');
    runtime.exit(SIDE, 9);
    await until(() => stateOf('side') !== 'ready');
    assert.equal(stateOf('web'), 'ready');
    await until(() => stateOf('side') === 'ready');
    runtime.exit(ROOT, code);
    await until(() => stateOf() === state);
  }
});

test('a scope with anything in it is deleted with cascade only, and main/default/default never', async (t) => {
  const { apply, area, base, records, workloads } = await boot(t);
  const { scopeCommands, scopeController } = area;
  const blue = { realm: 'lab', space: 'blue' };
  const near = { realm: 'lab', space: 'blue-sky' };
  const id: CellId = { ...blue, stack: 'one', cell: 'db' };
  apply({ container: container('db', {}, id) });
  scopeCommands.apply({ place: near, labels: {} });
  assert.throws(() => scopeCommands.delete(blue), { code: 'SCOPE_NOT_EMPTY' });
  assert.throws(() => scopeCommands.delete({ realm: 'main' }, { cascade: true }), {
    code: 'SCOPE_PERMANENT',
  });
  const gone = scopeCommands.delete(blue, { cascade: true });
  assert.deepEqual(gone?.map(describePlace), ['lab/blue/one', 'lab/blue']);
  assert.ok(await workloads.controller.untilGone(id, AbortSignal.timeout(5_000)));
  assert.ok(await scopeController.untilGone(blue, AbortSignal.timeout(5_000)));
  assert.deepEqual(
    records.scopes.list().map(({ place }) => placeKey(place)),
    ['lab', 'lab_blue-sky', 'main', 'main_default', 'main_default_default'],
  );
  assert.equal(base.db.all('SELECT * FROM container').length, 0);
});

test('a scope and the cells in it are marked for deletion together, or none of them is', async (t) => {
  const { apply, area, cells, records, base } = await boot(t);
  const blue = { realm: 'lab', space: 'blue' };
  const id: CellId = { ...blue, stack: 'one', cell: 'db' };
  apply({ container: container('db', {}, id) });
  assert.throws(() =>
    base.db.transaction(() => {
      area.scopeCommands.delete(blue, { cascade: true });
      assert.equal(cells.get(id)?.desired, 'deleting');
      throw new RangeError('the disk is full');
    }),
  );
  assert.equal(cells.get(id)?.desired, 'running');
  assert.equal(records.scopes.get(blue)?.isDeleting, false);
});

test('a realm has a namespace and cgroups while it is stored, and leaves neither', async (t) => {
  const { area, apply, cells, until, outside } = await boot(t);
  const { scopeController, scopeCommands, describer } = area;
  const id: CellId = { realm: 'lab', space: 'blue', stack: 'one', cell: 'db' };
  apply({ container: container('db', {}, id) });
  await until(() => {
    const record = cells.get(id);
    return record !== undefined && describer.cell(record).status.state === 'ready';
  });
  const cgroupsOfLab = async () => {
    const all = await outside.cgroups.list();
    return all.filter(({ realm }) => realm === 'lab').map(describePlace);
  };
  assert.equal(outside.realmStore.namespaces.get('kukeon-lab'), 'lab');
  assert.equal((await cgroupsOfLab()).at(-1), 'lab/blue/one/db');
  scopeCommands.delete({ realm: 'lab' }, { cascade: true });
  assert.ok(await scopeController.untilGone({ realm: 'lab' }, AbortSignal.timeout(5_000)));
  assert.equal(outside.realmStore.namespaces.has('kukeon-lab'), false);
  assert.deepEqual(await cgroupsOfLab(), []);
});

test('the realm default is main until an operator creates it', async (t) => {
  const { area } = await boot(t);
  const { scopeCommands } = area;
  assert.deepEqual(scopeCommands.resolve({ realm: 'default', space: 'x' }), {
    realm: 'main',
    space: 'x',
  });
  scopeCommands.apply({ place: { realm: 'default' }, labels: {} });
  assert.deepEqual(scopeCommands.resolve({ realm: 'default' }), { realm: 'default' });
});

test('a flat manifest does not replace a cell with siblings', async (t) => {
  const { apply, workloads } = await boot(t);
  apply({ cell: cell(container('shop'), container('side')) });
  const flat = completeSpec({ name: 'shop', image: 'nginx' });
  assert.throws(() => workloads.commands.apply(flat), { code: 'WORKLOAD_IS_CELL' });
  assert.throws(() => workloads.commands.stop('shop'), { code: 'WORKLOAD_NOT_FOUND' });
});

test('fifty cells get fifty addresses', async (t) => {
  const { apply, records } = await boot(t);
  const ids = Array.from({ length: 50 }, (_, at): CellId => ({ ...SHOP, cell: `c${at}` }));
  apply(...ids.map((id) => ({ container: container('web', {}, id) })));
  const addresses = ids.map((id) => records.addresses.get(id));
  assert.equal(new Set(addresses).size, 50);
  assert.ok(!addresses.includes(undefined));
  assert.equal(new Set(ids.map((id) => containerKey({ cell: id, container: 'web' }))).size, 50);
});
