import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Level } from '@capsule/api/wire';
import type { CellId } from '@capsule/core';
import { fakeOutside } from '@capsule/testkit';
import { CellWorld, cellOf, containerOf } from '../../testing/cell-world.ts';

const idOf = (cell: string, stack = 'default'): CellId => {
  return { realm: 'main', space: 'default', stack, cell };
};

const documentOf = (id: CellId) => cellOf(id, containerOf({ cell: id, container: 'app' }));

for (const { level, shown } of [
  { level: Level.CELL, shown: 'cell' },
  { level: Level.CONTAINER, shown: 'container' },
] as const) {
  test(`a watch of each ${shown} shows the changed ones alone, and those that go`, async () => {
    const outside = fakeOutside();
    outside.images.offer('docker.io/library/nginx:latest');
    await using world = new CellWorld(outside);
    const { client, resources } = world.capsuled;
    const ids = [idOf('a'), idOf('b'), idOf('c', 'other')];
    const applied = resources.cells.applier.applyAll(ids.map((id) => ({ cell: documentOf(id) })));
    assert.ok(applied.every((one) => !('error' in one)));
    await world.capsuled.settle();
    const stop = new AbortController();
    const heard: string[] = [];
    const synced = Promise.withResolvers<void>();
    const within = { realm: 'main', space: 'default', stack: 'default' };
    const watching = (async () => {
      const answers = client.watch({ level, within }, { signal: stop.signal });
      for await (const { node, deleted, synced: isSynced } of answers) {
        const { case: kind, value } = node?.node ?? {};
        if (kind !== undefined) heard.push(`${value?.place?.cell}${deleted ? ' gone' : ''}`);
        if (isSynced) synced.resolve();
      }
    })().catch((error) => assert.ok(stop.signal.aborted, String(error)));
    await synced.promise;
    assert.deepEqual(heard.splice(0), ['a', 'b']);
    resources.cells.commands.stop(idOf('b'));
    resources.cells.commands.stop(idOf('c', 'other'));
    await world.capsuled.settle();
    assert.deepEqual([...new Set(heard.splice(0))], ['b']);
    resources.cells.commands.delete(idOf('a'), { force: true, cascade: true });
    await world.capsuled.settle();
    assert.equal(heard.at(-1), 'a gone');
    assert.ok(heard.every((one) => one.startsWith('a')));
    stop.abort();
    await watching;
  });
}
