import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../process/run.ts';
import { checkExt4, growExt4, makeExt4, parseExt4, readExt4 } from './ext4.ts';

const UUID = '0b7f5c1e-3a52-4d0e-9f65-0c2d9a3f8e11';
const SIZE_BYTES = 1024 ** 3;

test('the kernel has nothing to zero in a new filesystem', async (t) => {
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

test('a new filesystem is empty, also after a check that creates lost+found, and grows', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ext4-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await writeFile(path, '');
  await truncate(path, 16 * 1024 ** 2);
  await makeExt4(path, UUID);
  const names = async () => {
    const { stdout } = await run('debugfs', ['-R', 'ls -p /', path]);
    return stdout.split('\n').flatMap((line) => line.split('/')[5] ?? []);
  };
  assert.deepEqual(await names(), ['.', '..']);
  await run('e2fsck', ['-f', '-n', path]);
  await run('e2fsck', ['-f', '-p', path], { allow: [0, 1] });
  assert.deepEqual(await names(), ['.', '..', 'lost+found']);
  assert.equal(await checkExt4(path), true);
  assert.deepEqual(await names(), ['.', '..']);
  await truncate(path, 32 * 1024 ** 2);
  assert.equal(await growExt4(path), true);
  assert.deepEqual(await names(), ['.', '..']);
});

test('files that a check saved in lost+found stay', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ext4-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await writeFile(path, '');
  await truncate(path, 16 * 1024 ** 2);
  await makeExt4(path, UUID);
  await writeFile(join(folder, 'saved'), 'saved');
  await run('debugfs', ['-w', '-R', 'mkdir lost+found', path]);
  await run('debugfs', ['-w', '-R', `write ${join(folder, 'saved')} lost+found/saved`, path]);
  assert.equal(await checkExt4(path), true);
  const { stdout } = await run('debugfs', ['-R', 'cat lost+found/saved', path]);
  assert.equal(stdout, 'saved');
});

test('numbers that a guest wrote into its superblock stay within the limits of a volume', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ext4-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await writeFile(path, '');
  await truncate(path, 16 * 1024 ** 2);
  await makeExt4(path, UUID);
  await run('debugfs', ['-w', '-R', 'ssv free_blocks_count 0xffffffffffffffff', path]);
  const sizeBytes = 16 * 1024 ** 2;
  assert.deepEqual(await readExt4(path), { uuid: UUID, sizeBytes, freeBytes: sizeBytes });
  const text = (blocks: string, free: string) =>
    `Filesystem UUID: ${UUID}\nBlock count: ${blocks}\nFree blocks: ${free}\nBlock size: 4096\n`;
  assert.equal(parseExt4(text('18446744073709551615', '1')), undefined);
  assert.equal(parseExt4(text('0', '0')), undefined);
  assert.deepEqual(parseExt4(text('2', 'x'))?.freeBytes, 0);
});
