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

function boot(t: TestContext, projection = new FakeProjection()) {
  const db = openStore(':memory:', MIGRATIONS);
  const { resources, base } = createTestResources(db, fakeOutside());
  const { scopes, cells } = resources.records;
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

test('an edit by hand is reported, and overwritten with the next change', async (t) => {
  const { cells, until, projection, warned } = boot(t);
  await until(FIRST);
  projection.files.set('main/realm.yaml', 'mine');
  cells.scopeCommands.apply({ place: { realm: 'main' }, labels: { site: 'home' } });
  const late = AbortSignal.timeout(5_000);
  while (warned.length === 0 && !late.aborted)
    await new Promise((resolve) => setImmediate(resolve));
  assert.match(warned.join(), /changed by hand.*main\/realm\.yaml.*edited/s);
  assert.match(projection.files.get('main/realm.yaml') ?? '', /kind: Realm/);
});

test('a start removes files of things that are gone, and none that a person put there', async (t) => {
  const projection = new FakeProjection();
  await projection.write('lab/realm.yaml', 'of a realm that is gone');
  projection.files.set('main/notes.txt', 'mine');
  projection.files.set('lab/old.json', 'mine');
  const { until } = boot(t, projection);
  await until([
    'lab/old.json',
    'main/default/default/stack.yaml',
    'main/default/space.yaml',
    'main/notes.txt',
    'main/realm.yaml',
  ]);
});

test('a file that cannot be written holds up no other', async (t) => {
  class Blocked extends FakeProjection {
    override async write(path: string, text: string) {
      if (path === 'main/realm.yaml') throw new RangeError('a folder is in the way');
      return super.write(path, text);
    }
  }
  const { until, warned } = boot(t, new Blocked());
  await until(FIRST.slice(0, 2));
  assert.match(warned.join(), /cannot write YAML files.*a folder is in the way/s);
});

test('an event that changes no record writes no file', async (t) => {
  const written: string[] = [];
  class Counted extends FakeProjection {
    override async write(path: string, text: string) {
      written.push(path);
      return super.write(path, text);
    }
  }
  const { until, base, cells } = boot(t, new Counted());
  await until(FIRST);
  for (let at = 0; at < 5; at += 1) base.feed.notify('main');
  cells.scopeCommands.apply({ place: { realm: 'lab' }, labels: {} });
  await until(['lab/realm.yaml', ...FIRST]);
  assert.deepEqual(written.toSorted(), ['lab/realm.yaml', ...FIRST]);
});
