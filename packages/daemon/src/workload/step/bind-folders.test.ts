import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CellContainer,
  type CellRecord,
  type ContainerRecord,
  completeSpec,
  refOfWorkload,
  splitWorkload,
} from '@capsule/core';
import { FakeVolumeBackend } from '@capsule/testkit';
import { bindFolders } from './bind-folders.ts';
import { folderIndex } from './folder-index.ts';

const mount = (subPath: string) => ({
  volumeName: 'data',
  mountPath: `/${subPath}`,
  readOnly: false,
  subPath,
  copyUp: false,
});

function containerOf(name: string, ...folders: readonly string[]): ContainerRecord {
  const mounts = folders.map(mount);
  const spec: CellContainer = splitWorkload(
    completeSpec({ name, image: 'nginx', mounts }),
  ).container;
  return { ref: { ...refOfWorkload('web'), container: name }, spec } as ContainerRecord;
}

test('folders of one volume for several containers have places of their own', async () => {
  const [root, log] = [containerOf('web', 'a', 'b'), containerOf('log', 'c')];
  const { cell: spec } = splitWorkload(completeSpec({ name: 'web', image: 'nginx' }));
  const cell = { spec, containers: [root, log] } as unknown as CellRecord;
  const places = [
    folderIndex({ cell, container: root }, 1),
    folderIndex({ cell, container: log }, 0),
  ];
  assert.deepEqual(places, [1, 2]);
  const backend = new FakeVolumeBackend();
  await bindFolders(backend, cell, new AbortController().signal);
  assert.deepEqual(backend.calls, ['bindFolders data a b c']);
});
