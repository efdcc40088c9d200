import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CellRecord,
  type ContainerRecord,
  type ContainerRole,
  completeSpec,
  refOfWorkload,
  splitWorkload,
} from '@capsule/core';
import { FakeVolumeBackend } from '@capsule/testkit';
import { bindFolders } from './bind-folders.ts';
import { folderPlace } from './folder-place.ts';

const mount = (subPath: string) => ({
  volumeName: 'data',
  mountPath: `/${subPath}`,
  readOnly: false,
  subPath,
  copyUp: false,
});

function containerOf(
  name: string,
  role: ContainerRole,
  ...folders: readonly string[]
): ContainerRecord {
  const mounts = folders.map(mount);
  const { container: spec } = splitWorkload(completeSpec({ name, image: 'nginx', mounts }));
  return { ref: { ...refOfWorkload('web'), container: name }, role, spec } as ContainerRecord;
}

const ROOT = containerOf('web', 'root', 'a', 'b');
const LOG = containerOf('log', 'sibling', 'c');
const SYNC = containerOf('sync', 'sibling', 'd');

test('folders of one volume for several containers have places of their own', () => {
  const places = [folderPlace(ROOT, 1), folderPlace(LOG, 0), folderPlace(SYNC, 0)];
  assert.deepEqual(places, ['1', 'log.0', 'sync.0']);
});

test('a start binds the folders of its container alone, whatever other containers the cell has', async () => {
  const { cell: spec } = splitWorkload(completeSpec({ name: 'web', image: 'nginx' }));
  const backend = new FakeVolumeBackend();
  for (const containers of [
    [ROOT, LOG, SYNC],
    [ROOT, SYNC],
  ]) {
    const cell = { spec, containers } as unknown as CellRecord;
    await bindFolders(backend, { cell, container: SYNC }, new AbortController().signal);
  }
  assert.deepEqual(backend.calls, Array(2).fill('bindFolders data d at sync.0'));
});
