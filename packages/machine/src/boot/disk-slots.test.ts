import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { printBootEntry } from '@capsule/core';
import { bootSlotsContract } from '@capsule/testkit';
import { DiskSlots } from './disk-slots.ts';

const root = await mkdtemp(join(tmpdir(), 'capsule-slots-'));
after(() => rm(root, { recursive: true }));

const SLOT_BYTES = 64 * 1024;
let disks = 0;

/** A disk whose ESP is a folder and whose slots are files: the rules of FAT are tried in a machine. */
async function makeDisk() {
  const esp = join(root, `disk-${disks++}`);
  const entries = join(esp, 'EFI/Linux');
  await mkdir(entries, { recursive: true });
  await writeFile(join(entries, 'capsule_000001_slot_a.efi'), 'old kernel');
  const devices = { slot_a: join(esp, 'a.img'), slot_b: join(esp, 'b.img') };
  for (const device of Object.values(devices)) {
    await writeFile(device, '');
    await truncate(device, SLOT_BYTES);
  }
  const slots = new DiskSlots({ esp, generation: 1, devices });
  return { slots, entries, devices };
}

bootSlotsContract('disk', async () => {
  const { slots, entries, devices } = await makeDisk();
  return {
    slots,
    root: async (slot, bytes) => (await readFile(devices[slot])).subarray(0, bytes).toString(),
    kernel: (entry) => readFile(join(entries, printBootEntry(entry)), 'utf8'),
  };
});

test('other files on the ESP are no entries, and a slot keeps its size', async () => {
  const { slots, entries, devices } = await makeDisk();
  await writeFile(join(entries, 'FSCK0000.REC'), 'left by a check');
  await slots.writeRoot('slot_b', {
    bytes: 0,
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    chunks: nothing(),
  });
  const seen = await slots.read();
  assert.equal(seen.entries.length, 1);
  assert.deepEqual(seen.slotBytes, { slot_a: SLOT_BYTES, slot_b: SLOT_BYTES });
  assert.equal((await readFile(devices.slot_b)).length, SLOT_BYTES);
});

test('an empty entry, which a power cut left, is none, and goes with what was staged', async () => {
  const { slots, entries } = await makeDisk();
  await writeFile(join(entries, 'capsule_000002_slot_b+3.efi'), '');
  assert.equal((await slots.read()).entries.length, 1);
  await slots.discardStaged();
  assert.deepEqual(await readdir(entries), ['capsule_000001_slot_a.efi']);
});

test('a kernel image that is refused leaves nothing on the ESP', async () => {
  const { slots, entries } = await makeDisk();
  const wrong = { bytes: 1, sha256: '0'.repeat(64), chunks: nothing() };
  await assert.rejects(slots.stageKernel(wrong), { code: 'SLOT_CONTENT_DIFFERS' });
  assert.deepEqual(await readdir(entries), ['capsule_000001_slot_a.efi']);
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
