import assert from 'node:assert/strict';
import { mkdtempDisposable, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askForHoles } from './ask-for-holes.ts';
import { findDataRanges } from './data-ranges.ts';

const TIB = 1024 ** 4;
const DATA = Buffer.alloc(8192, 1);

test('the data of a large sparse file is found without reading its holes', {
  timeout: 30_000,
}, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'ranges-'));
  await using file = await open(join(folder.path, 'sparse'), 'wx+');
  await file.truncate(TIB);
  const places = [0, TIB / 2, TIB - 2 * DATA.length];
  for (const at of places) await file.write(DATA, 0, DATA.length, at);
  const known = { sizeBytes: TIB, holeBytes: TIB - places.length * DATA.length };
  const ranges = (await findDataRanges(file, known)) ?? [];
  const held = ranges.reduce((sum, { length }) => sum + length, 0);
  assert.ok(held < 1024 ** 2, `${held} bytes`);
  for (const at of places) {
    assert.ok(
      ranges.some(({ offset, length }) => offset <= at && at + DATA.length <= offset + length),
    );
  }
  assert.deepEqual(ranges.at(-1), { offset: TIB, length: 0 });
});

test('a program that writes no map, or is missing, leaves the holes unknown', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'ranges-'));
  await using file = await open(join(folder.path, 'sparse'), 'wx+');
  await file.truncate(1024 ** 2);
  for (const program of ['capsule-no-such-program', 'true', 'false', 'printenv', 'echo']) {
    assert.equal(await askForHoles(file, 1024 ** 2, program), undefined, program);
  }
  assert.equal(await askForHoles(file, 1024), undefined, 'of another size');
});

test('a sparse file of which nothing is known is read', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'ranges-'));
  await using file = await open(join(folder.path, 'sparse'), 'wx+');
  await file.truncate(4 * 1024 ** 2);
  await file.write(DATA, 0, DATA.length, 1024 ** 2);
  assert.deepEqual(await findDataRanges(file, { sizeBytes: 4 * 1024 ** 2, holeBytes: 1 }), [
    { offset: 1024 ** 2, length: DATA.length },
    { offset: 4 * 1024 ** 2, length: 0 },
  ]);
});
