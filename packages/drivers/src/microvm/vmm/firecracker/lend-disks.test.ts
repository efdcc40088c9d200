import assert from 'node:assert/strict';
import { mkdtempDisposable, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { test } from 'node:test';
import { OpenDisks } from '../open-disks.ts';
import type { Machine } from '../vmm.ts';
import { deviceNumber, lendDisks } from './lend-disks.ts';

test('a device number is split as Linux shows it', async () => {
  const { rdev } = await stat('/dev/null');
  assert.deepEqual(deviceNumber(rdev), { major: 1, minor: 3 });
  assert.deepEqual(deviceNumber(0x7123_4567), { major: 0x345, minor: 0x7_1267 });
});

test("a machine's own disks belong to its user, whatever their mode was; every user can read a shared one", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-lend-'));
  const [own, shared] = [join(folder.path, 'own'), join(folder.path, 'shared')];
  await writeFile(own, '', { mode: 0o444 });
  await writeFile(shared, '', { mode: 0o600 });
  const disks = [
    { path: own, readOnly: false },
    { path: shared, readOnly: true, isShared: true },
  ];
  const tap = { uid: getuid?.() ?? 0 };
  await using opened = await OpenDisks.open('web', disks);
  const lent = await lendDisks({ disks, tap } as unknown as Machine, opened);
  assert.deepEqual(lent, disks);
  const mode = async (path: string) => (await stat(path)).mode & 0o777;
  assert.deepEqual([await mode(own), await mode(shared)], [0o600, 0o444]);
});
