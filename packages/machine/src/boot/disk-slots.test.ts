import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { BootEntry, SlotContent } from '@capsule/core';
import { DiskSlots } from './disk-slots.ts';

const root = await mkdtemp(join(tmpdir(), 'capsule-slots-'));
after(() => rm(root, { recursive: true }));

const OLD: BootEntry = { generation: 1, slot: 'slot_a' };
const NEW: BootEntry = { generation: 2, slot: 'slot_b', tries: { left: 3, done: 0 } };
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

function content(text: string, more: Partial<SlotContent> = {}): SlotContent {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.length, sha256, chunks: chunks(), ...more };
}

test('the disk is read: its entries, the running one, and the sizes', async () => {
  const { slots, entries } = await makeDisk();
  await writeFile(join(entries, 'FSCK0000.REC'), 'left by a check');
  const seen = await slots.read();
  assert.deepEqual(seen.running, OLD);
  assert.deepEqual(seen.entries, [OLD]);
  assert.deepEqual(seen.slotBytes, { slot_a: SLOT_BYTES, slot_b: SLOT_BYTES });
  assert.ok(seen.espFreeBytes > 0);
});

test('a disk without the entry that runs cannot be read', async () => {
  const { slots } = await makeDisk();
  await slots.remove(OLD);
  await assert.rejects(slots.read(), { code: 'SLOT_UNREADABLE' });
});

test('a root is written and read back; the rest of its slot stays', async () => {
  const { slots, devices } = await makeDisk();
  await slots.writeRoot('slot_b', content('a new root'));
  const written = await readFile(devices.slot_b);
  assert.equal(written.subarray(0, 10).toString(), 'a new root');
  assert.equal(written.length, SLOT_BYTES);
});

test('content that is shorter, longer or different is refused', async () => {
  const { slots } = await makeDisk();
  const fails = (more: Partial<SlotContent>) =>
    assert.rejects(slots.writeRoot('slot_b', content('a new root', more)), {
      code: 'SLOT_CONTENT_DIFFERS',
    });
  await fails({ bytes: 11 });
  await fails({ bytes: 9 });
  await fails({ sha256: '0'.repeat(64) });
});

test('a kernel image boots nothing until it is chosen, by one rename', async () => {
  const { slots, entries } = await makeDisk();
  const staged = await slots.stageKernel(content('new kernel'));
  assert.deepEqual((await slots.read()).entries, [OLD]);
  await staged.choose(NEW);
  assert.deepEqual((await slots.read()).entries.toSorted(byGeneration), [OLD, NEW]);
  assert.equal(await readFile(join(entries, 'capsule_000002_slot_b+3.efi'), 'utf8'), 'new kernel');
});

test('a kernel image that is refused, or never chosen, leaves nothing', async () => {
  const { slots, entries } = await makeDisk();
  await assert.rejects(slots.stageKernel(content('new kernel', { bytes: 3 })), {
    code: 'SLOT_CONTENT_DIFFERS',
  });
  assert.deepEqual(await readdir(entries), ['capsule_000001_slot_a.efi']);
  await slots.stageKernel(content('new kernel'));
  await slots.discardStaged();
  await slots.discardStaged();
  assert.deepEqual(await readdir(entries), ['capsule_000001_slot_a.efi']);
});

test('a rename and a removal can be repeated', async () => {
  const { slots } = await makeDisk();
  const higher = { ...OLD, generation: 3 };
  await slots.rename(OLD, higher);
  await slots.rename(OLD, higher);
  await slots.remove(higher);
  await slots.remove(higher);
  await assert.rejects(slots.rename(OLD, higher), { code: 'SLOT_WRITE_FAILED' });
});

test('an aborted write fails with its reason', async () => {
  const { slots } = await makeDisk();
  const signal = AbortSignal.abort(new Error('the client went away'));
  await assert.rejects(slots.writeRoot('slot_b', content('a root'), signal), {
    message: 'the client went away',
  });
});

function byGeneration(a: BootEntry, b: BootEntry): number {
  return a.generation - b.generation;
}
