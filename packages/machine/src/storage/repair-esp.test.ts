import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isDirty, removeRecovered } from './repair-esp.ts';

const folder = await mkdtemp(join(tmpdir(), 'capsule-esp-'));
after(() => rm(folder, { recursive: true }));

test('a volume whose boot sector says so was not unmounted', async () => {
  const path = join(folder, 'volume');
  const sector = Buffer.alloc(512);
  await writeFile(path, sector);
  assert.equal(await isDirty(path), false);
  sector[0x41] = 0x01;
  await writeFile(path, sector);
  assert.equal(await isDirty(path), true);
});

test('files that a repair recovered go, however many, and no other', async () => {
  const esp = await mkdtemp(join(folder, 'esp-'));
  const recovered = Array.from(
    { length: 300 },
    (_, at) => `FSCK${String(at).padStart(4, '0')}.REC`,
  );
  for (const name of [...recovered, 'fsck0001.rec', 'FSCK1.REC', 'EFI', 'FSCK0000.REC.txt']) {
    await writeFile(join(esp, name), '');
  }
  await removeRecovered(esp);
  assert.deepEqual((await readdir(esp)).toSorted(), ['EFI', 'FSCK0000.REC.txt', 'FSCK1.REC']);
});
