import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../process/run.ts';
import { makeExt4 } from './ext4.ts';

const UUID = '0b7f5c1e-3a52-4d0e-9f65-0c2d9a3f8e11';
const SIZE_BYTES = 1024 ** 3;

test('the kernel finds nothing to zero in a new filesystem', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ext4-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await writeFile(path, '');
  await truncate(path, SIZE_BYTES);
  await makeExt4(path, UUID);
  const { stdout } = await run('dumpe2fs', [path]);
  const groups = stdout.split('\n').filter((line) => /^Group \d+:/.test(line));
  assert.ok(groups.length > 1, stdout);
  for (const group of groups) assert.match(group, /ITABLE_ZEROED/);
});
