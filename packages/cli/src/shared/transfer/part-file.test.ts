import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PartFile } from './part-file.ts';

const of = { volume: 'data', snapshot: '', format: 'tar', exportId: 'second' };

async function place() {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-part-'));
  const dispose = () => rm(folder, { recursive: true });
  return { path: join(folder, 'data.tar'), [Symbol.asyncDispose]: dispose };
}

test('data of another export is removed before the notes of the new export are written', async () => {
  await using at = await place();
  await writeFile(`${at.path}.part`, 'bytes of the first');
  await mkdir(`${at.path}.part.json`);
  await assert.rejects(PartFile.create(at.path, of));
  assert.equal(await readFile(`${at.path}.part`, 'utf8'), '');
});

test('notes stay those of the part where it cannot be emptied', async () => {
  await using at = await place();
  await mkdir(`${at.path}.part`);
  await writeFile(`${at.path}.part.json`, '{"exportId":"first"}');
  await assert.rejects(PartFile.create(at.path, of));
  assert.equal(await readFile(`${at.path}.part.json`, 'utf8'), '{"exportId":"first"}');
});
