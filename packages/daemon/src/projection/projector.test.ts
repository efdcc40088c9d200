import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { completeSpec } from '@capsule/core';
import { parseManifests } from '@capsule/core/manifest';
import { createLog, openStore } from '@capsule/engine';
import { FakeProjection, fakeOutside } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestResources } from '../testing/create-test-resources.ts';
import { Projector } from './projector.ts';

const SHOP = { realm: 'lab', space: 'blue', stack: 'one', cell: 'shop' };

function boot(t: TestContext) {
  const db = openStore(':memory:', MIGRATIONS);
  const { resources, base } = createTestResources(db, fakeOutside());
  const { scopes, cells } = resources.records;
  const projection = new FakeProjection();
  const warned: string[] = [];
  const projector = new Projector({
    projection,
    scopes,
    cells,
    runtimeId: ({ container }) => `default_${container}`,
    feed: base.feed,
    log: createLog((line) => void warned.push(String(line))),
  });
  // An apply wakes the controllers, which run although nothing starts them.
  t.after(() =>
    Promise.all([
      projector[Symbol.asyncDispose](),
      resources.workloads.controller[Symbol.asyncDispose](),
      resources.cells.scopeController[Symbol.asyncDispose](),
    ]),
  );
  projector.start();
  const container = (name: string) => ({
    ref: { cell: SHOP, container: name },
    spec: completeSpec({ name, image: 'nginx', restartPolicy: 'never' }),
  });
  const paths = async () => (await projection.list()).map(({ path }) => path);
  /** Resolves when the paths are these, which may take several writes. */
  const until = async (expected: readonly string[]) => {
    const late = AbortSignal.timeout(5_000);
    while (!late.aborted && JSON.stringify(await paths()) !== JSON.stringify(expected)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await paths(), expected);
  };
  return { ...resources, base, projection, warned, container, until };
}

const FIRST = ['main/default/default/stack.yaml', 'main/default/space.yaml', 'main/realm.yaml'];

test('each thing of the hierarchy has a file that applies as it is, and goes with it', async (t) => {
  const { cells, container, until, projection, records, base } = boot(t);
  await until(FIRST);
  cells.applier.applyAll([{ container: container('web') }, { container: container('side') }]);
  await until([
    'lab/blue/one/shop/cell.yaml',
    'lab/blue/one/shop/containers/side.yaml',
    'lab/blue/one/shop/containers/web.yaml',
    'lab/blue/one/stack.yaml',
    'lab/blue/space.yaml',
    'lab/realm.yaml',
    ...FIRST,
  ]);
  const text = projection.files.get('lab/blue/one/shop/cell.yaml') ?? '';
  const [manifest] = parseManifests(text, 'cell.yaml');
  assert.equal(manifest?.kind, 'cell');
  assert.equal(manifest?.spec.name, 'lab/blue/one/shop');
  cells.commands.deleteContainer({ cell: SHOP, container: 'side' });
  const side = 'lab/blue/one/shop/containers/side.yaml';
  records.cells.removeContainer(
    records.cells.container({ cell: SHOP, container: 'side' }) ?? assert.fail(),
  );
  base.feed.notify('lab_blue_one_shop');
  await until((await projection.list()).map(({ path }) => path).filter((path) => path !== side));
});

test('an edit by hand is reported and overwritten', async (t) => {
  const { cells, container, until, projection, warned, base } = boot(t);
  await until(FIRST);
  projection.files.set('main/realm.yaml', 'mine');
  projection.files.set('stray/realm.yaml', 'mine');
  base.feed.notify('main');
  cells.applier.applyAll([{ container: container('web') }]);
  const late = AbortSignal.timeout(5_000);
  while (warned.length === 0 && !late.aborted)
    await new Promise((resolve) => setImmediate(resolve));
  assert.match(warned.join(), /changed by hand.*main\/realm\.yaml.*edited/s);
  assert.match(projection.files.get('main/realm.yaml') ?? '', /kind: Realm/);
});
