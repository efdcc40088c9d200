import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { PARTITIONS, type PartitionName } from '@capsule/core';
import { SECTOR_BYTES, writeGpt } from '@capsule/host';
import { makeFat32 } from '@capsule/imager';
import { DiskJudge } from './judge-disk.ts';

const MIB = 1024 ** 2;
const SIZES: Readonly<Record<PartitionName, number>> = {
  esp: 40 * MIB,
  slot_a: MIB,
  slot_b: MIB,
  perm: MIB,
};
const SECTORS = (45 * MIB) / SECTOR_BYTES;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const content = (text: string) => Buffer.alloc(5000, text);

const judge = new DiskJudge({
  diskBytes: SECTORS * SECTOR_BYTES,
  loader: sha256(content('loader')),
  systems: ['one', 'two'].map((version) => ({
    version,
    kernel: sha256(content(`kernel ${version}`)),
    root: sha256(content(`root ${version}`)),
    rootBytes: 5000,
  })),
});

interface Filled {
  readonly entries: Readonly<Record<string, string>>;
  readonly slot_a?: string;
  readonly slot_b?: string;
}

function makeDisk({ entries, slot_a = 'root one', slot_b = '' }: Filled): Buffer {
  const disk = Buffer.alloc(SECTORS * SECTOR_BYTES);
  let next = 2048;
  const partitions = (Object.keys(SIZES) as PartitionName[]).map((name, index) => {
    const firstSector = next;
    next += SIZES[name] / SECTOR_BYTES;
    return { number: index + 1, ...PARTITIONS[name], name, firstSector, lastSector: next - 1 };
  });
  const diskGuid = 'c4a5b1e0-0000-4000-8000-000000000000';
  const { primary, backup, backupSector } = writeGpt({ diskGuid, partitions }, SECTORS);
  disk.set(primary, 0);
  disk.set(backup, backupSector * SECTOR_BYTES);
  const start = (name: PartitionName) =>
    (partitions.find((one) => one.name === name)?.firstSector ?? 0) * SECTOR_BYTES;
  const files = Object.entries(entries).map(([name, text]) => ({
    path: `EFI/Linux/${name}`,
    content: content(text),
  }));
  const loader = { path: 'EFI/BOOT/BOOTX64.EFI', content: content('loader') };
  const esp = { sizeBytes: SIZES.esp, firstSector: 2048, serial: 1, label: 'ESP' };
  for (const { offset, bytes } of makeFat32({ ...esp, files: [loader, ...files] })) {
    disk.set(bytes, start('esp') + offset);
  }
  disk.set(content(slot_a), start('slot_a'));
  if (slot_b !== '') disk.set(content(slot_b), start('slot_b'));
  return disk;
}

function judged(disk: Buffer) {
  return judge.judge({
    read: async (offset, bytes) => Buffer.from(disk.subarray(offset, offset + bytes)),
    stateOf: (offset, bytes) => sha256(disk.subarray(offset, offset + bytes)),
  });
}

const OLD = { 'capsule_000001_slot_a.efi': 'kernel one' };
const NEW = { 'capsule_000002_slot_b+3.efi': 'kernel two' };

test('the chosen entry has to be whole, and its slot has to have the root of that version', async () => {
  assert.equal((await judged(makeDisk({ entries: OLD }))).version, 'one');
  const both = { entries: { ...OLD, ...NEW } };
  assert.equal((await judged(makeDisk({ ...both, slot_b: 'root two' }))).brick, undefined);
  const wrong = await judged(makeDisk({ ...both, slot_b: 'root one' }));
  assert.equal(wrong.brick, 'slot_b does not hold the root of two');
  const cut = { ...OLD, 'capsule_000002_slot_b+3.efi': 'kernel tw' };
  assert.match((await judged(makeDisk({ entries: cut }))).brick ?? '', /is no whole kernel image/);
});

test('one damaged copy of the table is no brick, and two are', async () => {
  const disk = makeDisk({ entries: OLD });
  disk.fill(0, 512, 1024);
  assert.equal((await judged(disk)).version, 'one');
  disk.fill(0, (SECTORS - 1) * SECTOR_BYTES);
  assert.equal((await judged(disk)).brick, 'no copy of the partition table is whole');
});

test('an ESP without an entry, or without its loader, is a brick', async () => {
  assert.equal((await judged(makeDisk({ entries: {} }))).brick, 'the ESP has no entry');
  const disk = makeDisk({ entries: OLD });
  disk.fill(0, disk.indexOf('loaderloader'), disk.indexOf('loaderloader') + 10);
  assert.equal((await judged(disk)).brick, 'the boot loader is not whole');
});
