import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { namesIn } from './names-in.ts';
import { unlessMissing } from './unless-missing.ts';

const HERE = import.meta.dirname;
const NOWHERE = `${HERE}/nowhere`;
const BELOW_A_FILE = `${import.meta.filename}/x`;

test('an existing file gives the result, a missing one gives undefined', async () => {
  assert.equal(await unlessMissing(Promise.resolve(0)), 0);
  assert.equal(await unlessMissing(readFile(NOWHERE)), undefined);
  assert.equal(await unlessMissing(readFile(BELOW_A_FILE), ['ENOTDIR']), undefined);
});

test('any other failure passes', async () => {
  await assert.rejects(unlessMissing(readFile(BELOW_A_FILE)), { code: 'ENOTDIR' });
  await assert.rejects(unlessMissing(Promise.reject(new TypeError('a bug'))), TypeError);
});

test('a missing folder has no names in it', async () => {
  assert.ok((await namesIn(HERE)).includes('unless-missing.ts'));
  assert.deepEqual(await namesIn(NOWHERE), []);
  await assert.rejects(namesIn(import.meta.filename), { code: 'ENOTDIR' });
});
