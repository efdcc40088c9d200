import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskDevice, machineFolders, machineVolumes } from './machine-volumes.ts';

test('disks get the names that Linux gives them', () => {
  const names = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(diskDevice);
  const suffixes = ['a', 'b', 'z', 'aa', 'ab', 'az', 'ba', 'zz', 'aaa'];
  assert.deepEqual(
    names,
    suffixes.map((suffix) => `/dev/vd${suffix}`),
  );
});

test('a volume mounted at several paths is one disk, which is writable if one of the mounts is', () => {
  const at = (name: string, target: string, readOnly: boolean, copyUp: boolean) => ({
    name,
    target,
    readOnly,
    copyUp,
    source: `/volumes/${name}`,
  });
  const volumes = [
    at('data', '/a', true, true),
    at('more', '/m', true, false),
    at('data', '/b', false, false),
    at('data', '/c', true, false),
  ];
  assert.deepEqual(machineVolumes({ volumes }), [
    at('data', '/a', false, true),
    at('more', '/m', true, false),
  ]);
});

test('folders of a volume are bound in addition to it, and are not filled', () => {
  const mount = { name: 'data', source: '/volumes/data', readOnly: true, copyUp: false };
  const volumes = [
    { ...mount, target: '/a', subPath: 'x/y' },
    { ...mount, name: 'other', target: '/o', subPath: 'z' },
    { ...mount, target: '/all', readOnly: false, copyUp: true },
  ];
  assert.deepEqual(machineVolumes({ volumes })[0], {
    name: 'data',
    source: '/volumes/data',
    target: '/all',
    readOnly: false,
    copyUp: true,
  });
  assert.deepEqual(machineFolders({ volumes }, 'data'), [{ name: 'folder-0', path: 'x/y' }]);
});
