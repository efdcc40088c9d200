import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FatVolume } from './fat-volume.ts';
import { type FatFile, makeFat32 } from './fat32.ts';

const SIZE = 64 * 1024 ** 2;
const START = 1024 ** 2;
const files: readonly FatFile[] = [
  { path: 'EFI/BOOT/BOOTX64.EFI', content: Buffer.from('loader') },
  { path: 'EFI/Linux/capsule_000001_slot_a.efi', content: Buffer.alloc(70_000, 'k') },
  { path: 'EFI/Linux/capsule_000002_slot_b+3.efi', content: Buffer.alloc(0) },
];

function makeDisk(): Buffer {
  const disk = Buffer.alloc(START + SIZE);
  const request = { sizeBytes: SIZE, firstSector: START / 512, serial: 7, label: 'TEST', files };
  for (const { offset, bytes } of makeFat32(request)) disk.set(bytes, START + offset);
  return disk;
}

function open(disk: Buffer): Promise<FatVolume> {
  const read = async (offset: number, bytes: number) => {
    const found = Buffer.alloc(bytes);
    disk.copy(found, 0, offset, Math.min(offset + bytes, disk.length));
    return found;
  };
  return FatVolume.open({ read }, START);
}

test('files are found by their long names, and read as they were written', async () => {
  const volume = await open(makeDisk());
  const entries = await volume.list('EFI/Linux');
  assert.deepEqual(
    entries.map(({ name, bytes }) => [name, bytes]),
    [
      ['capsule_000001_slot_a.efi', 70_000],
      ['capsule_000002_slot_b+3.efi', 0],
    ],
  );
  const [first, second] = entries;
  assert.ok(first !== undefined && second !== undefined);
  assert.ok((await volume.read(first)).equals(Buffer.alloc(70_000, 'k')));
  assert.equal((await volume.read(second)).length, 0);
  assert.deepEqual(
    (await volume.list('efi/boot')).map(({ name }) => name),
    ['BOOTX64.EFI'],
  );
  assert.deepEqual(await volume.list('nowhere'), []);
});

test('a damaged volume is an answer or a fault with a code, never a hang', async () => {
  const whole = makeDisk();
  const place = fc.integer({ min: START, max: START + 400_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 40 }), async (damage) => {
      const disk = Buffer.from(whole);
      for (const [at, value] of damage) disk[at] = value;
      try {
        const volume = await open(disk);
        for (const entry of await volume.list('EFI/Linux')) await volume.read(entry);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'IMAGER_FAT_DAMAGED');
      }
    }),
    { numRuns: 15 },
  );
});

test('a chain that goes round or leaves the volume is a fault', async () => {
  const [cluster, table] = [3, START + 32 * 512];
  for (const next of [3, 0x0ffffff0]) {
    const disk = makeDisk();
    const entry = disk.indexOf('CAPSUL', START);
    assert.ok(entry > 0);
    const first = disk.readUInt16LE(entry + 26);
    disk.writeUInt32LE(next === cluster ? first : next, table + first * 4);
    const volume = await open(disk);
    const [file] = await volume.list('EFI/Linux');
    assert.ok(file !== undefined);
    await assert.rejects(volume.read(file), { code: 'IMAGER_FAT_DAMAGED' });
  }
});
