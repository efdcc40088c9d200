import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldersIn, mapProblems, PAGE, readMap } from './source-map.ts';

const FILES = ['packages/drivers/src/oci/seccomp.ts', 'packages/drivers/src/index.ts'];

test('paths of the repository are read, and other words are not', () => {
  const page = 'The `oci` of `packages/drivers/src/oci/`, `native/log/`; see `npm run style`.';
  assert.deepEqual(readMap(page), ['packages/drivers/src/oci/', 'native/log/']);
});

test('a path that exists passes, one that is gone does not', () => {
  const named = [...FILES, 'packages/drivers/src/oci/', 'packages/drivers/src/lost.ts'];
  assert.deepEqual(mapProblems(named, FILES, []), [
    `${PAGE}: there is no packages/drivers/src/lost.ts`,
  ]);
});

test('a folder is named by itself, or by what is in it', () => {
  const folders = ['packages/drivers/src/oci/'];
  assert.deepEqual(mapProblems(FILES.slice(0, 1), FILES, folders), []);
  assert.deepEqual(mapProblems([], FILES, folders), [
    `${PAGE}: packages/drivers/src/oci/ is not named`,
  ]);
});

test('folders beside each other are found, files beside them are not', () => {
  assert.deepEqual(foldersIn(['packages/drivers/src/', 'native/'], FILES), [
    'packages/drivers/src/oci/',
  ]);
});
