import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellId, ContainerRef, WorkloadSpec } from '@capsule/core';
import { fakeOutside } from '@capsule/testkit';
import { CellWorld, cellOf, containerOf } from '../testing/cell-world.ts';

const SHOP: CellId = { realm: 'main', space: 'default', stack: 'default', cell: 'shop' };
const ROOT: ContainerRef = { cell: SHOP, container: 'web' };
const SIDE: ContainerRef = { cell: SHOP, container: 'side' };
const POLICY: Partial<WorkloadSpec> = {
  updatePolicy: 'rollback',
  updateTimeoutSeconds: 1,
  restartPolicy: 'always',
  healthCheck: {
    probe: { kind: 'tcp', port: 80 },
    intervalSeconds: 1,
    timeoutSeconds: 1,
    retries: 1,
    startPeriodSeconds: 0,
    onFailure: 'restart',
  },
};

/** A cell whose root passed its health check once. */
async function boot() {
  const outside = fakeOutside();
  for (const name of ['nginx', 'redis']) outside.images.offer(`docker.io/library/${name}:latest`);
  const world = new CellWorld(outside);
  const { capsuled } = world;
  const { records, observer, cells } = capsuled.resources;
  const apply = (root: Partial<WorkloadSpec>, side: Partial<WorkloadSpec> = {}) => {
    const containers = [containerOf(ROOT, { ...POLICY, ...root }), containerOf(SIDE, side)];
    cells.applier.applyAll([{ cell: cellOf(SHOP, ...containers) }]);
  };
  const rootIs = (is: (root: { image: string; health: string | undefined }) => boolean) =>
    capsuled.until(() => {
      const image = records.cells.container(ROOT)?.spec.image ?? '';
      const { health } = observer.statusOf(ROOT);
      return is({ image, health });
    });
  const pidOf = (ref: ContainerRef) => observer.statusOf(ref).pid;
  apply({});
  await rootIs(({ health }) => health === 'healthy');
  await capsuled.until(() => pidOf(SIDE) !== undefined);
  return { world, outside, records, observer, apply, rootIs, pidOf };
}

test('a root that is not ready in time is rolled back, and its siblings run on', async () => {
  const { world, records, observer, apply, rootIs, pidOf } = await boot();
  await using _world = world;
  const side = pidOf(SIDE);
  apply({ image: 'nothing' }, { labels: { tier: 'back' } });
  await rootIs(({ image, health }) => image === 'nginx' && health === 'healthy');
  assert.equal(pidOf(SIDE), side);
  assert.deepEqual(records.cells.container(SIDE)?.spec.labels, { tier: 'back' });
  const { rolledBack } = observer.statusOf(ROOT);
  assert.equal(rolledBack?.to, records.cells.get(SHOP)?.generation);
});

test('a rollback of what the cell shares restarts the siblings', async () => {
  const { world, outside, apply, rootIs, pidOf } = await boot();
  await using _world = world;
  const side = pidOf(SIDE);
  apply({ image: 'nothing', sysctls: { 'net.core.somaxconn': '1' } });
  await world.capsuled.until(() => pidOf(SIDE) === undefined);
  await rootIs(({ image, health }) => image === 'nginx' && health === 'healthy');
  await world.capsuled.until(() => pidOf(SIDE) !== undefined);
  assert.notEqual(pidOf(SIDE), side);
  assert.deepEqual(
    [...outside.network.namespaces.pins.values()].map(({ sysctls }) => sysctls),
    ['[]'],
  );
});

test('a change of a sibling alone rolls nothing back', async () => {
  const { world, records, apply, rootIs } = await boot();
  await using _world = world;
  apply({}, { image: 'redis' });
  await world.capsuled.until(() => world.capsuled.stateOfContainer(SIDE) === 'ready');
  await rootIs(({ health }) => health === 'healthy');
  assert.equal(records.cells.container(SIDE)?.spec.image, 'redis');
});
