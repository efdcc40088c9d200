import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  type GptTable,
  lastUsableSector,
  MOST_PARTITIONS,
  readGptCopy,
  SECTOR_BYTES,
  writeGpt,
} from './gpt.ts';

const DISK_SECTORS = 100_000;

const guid = fc.uuid();
const hex = (flags: bigint) => flags.toString(16).padStart(16, '0');
const table: fc.Arbitrary<GptTable> = fc.record(
  {
    diskGuid: guid,
    partitions: fc
      .uniqueArray(
        fc.record(
          {
            number: fc.integer({ min: 1, max: MOST_PARTITIONS }),
            type: guid,
            guid,
            name: fc.string({ maxLength: 36, unit: 'grapheme-ascii' }),
            firstSector: fc.nat({ max: DISK_SECTORS }),
            lastSector: fc.nat({ max: DISK_SECTORS }),
            flags: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(hex),
          },
          {
            noNullPrototype: true,
            requiredKeys: ['number', 'type', 'guid', 'name', 'firstSector', 'lastSector'],
          },
        ),
        { maxLength: MOST_PARTITIONS, selector: ({ number }) => number },
      )
      .map((all) => all.sort((a, b) => a.number - b.number)),
  },
  { noNullPrototype: true },
);

/** Both copies of a table, as a disk has them. */
function diskWith(written: GptTable) {
  const disk = Buffer.alloc(DISK_SECTORS * SECTOR_BYTES);
  const { primary, backup, backupSector } = writeGpt(written, DISK_SECTORS);
  primary.copy(disk);
  backup.copy(disk, backupSector * SECTOR_BYTES);
  const read = async (sector: number, bytes: number) =>
    disk.subarray(sector * SECTOR_BYTES, sector * SECTOR_BYTES + bytes);
  return { disk, copyAt: async (at: number) => readGptCopy(await read(at, SECTOR_BYTES), read) };
}

test('both copies of a table are read as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (written) => {
      const { copyAt } = diskWith(written);
      assert.deepEqual(await copyAt(1), written);
      assert.deepEqual(await copyAt(DISK_SECTORS - 1), written);
    }),
    { numRuns: 20 },
  );
});

test('a copy with any flipped bit is none, and the other one stays', async () => {
  const partition = { type: 'c4a5b1e0-0000-4000-8000-00000000000a', name: 'a' };
  const written = {
    diskGuid: 'c4a5b1e0-0000-4000-8000-000000000000',
    partitions: [
      { number: 1, ...partition, guid: partition.type, firstSector: 2048, lastSector: 4095 },
    ],
  };
  for (const at of [SECTOR_BYTES, SECTOR_BYTES + 17, SECTOR_BYTES + 60, 2 * SECTOR_BYTES + 40]) {
    const { disk, copyAt } = diskWith(written);
    disk.writeUInt8(disk.readUInt8(at) ^ 4, at);
    assert.equal(await copyAt(1), undefined, `byte ${at}`);
    assert.deepEqual(await copyAt(DISK_SECTORS - 1), written);
  }
});

test('the boot record keeps the whole disk, and partitions end before the second copy', () => {
  const { primary, backup, backupSector } = writeGpt(
    { diskGuid: '', partitions: [] },
    DISK_SECTORS,
  );
  assert.equal(primary.readUInt16LE(510), 0xaa55);
  assert.equal(primary.readUInt8(450), 0xee);
  assert.equal(primary.readUInt32LE(458), DISK_SECTORS - 1);
  assert.equal(backupSector * SECTOR_BYTES + backup.length, DISK_SECTORS * SECTOR_BYTES);
  assert.equal(lastUsableSector(DISK_SECTORS), backupSector - 1);
});

test('a header with a valid checksum and any sizes is a table, or none', async () => {
  const number = fc.integer({ min: 0, max: 0xffffffff });
  const sizes = fc.record({
    length: fc.oneof(fc.integer({ min: 0, max: 600 }), number),
    at: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    count: fc.oneof(fc.nat({ max: 2000 }), number),
    bytes: fc.oneof(fc.nat({ max: 5000 }), number),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ length, at, count, bytes }) => {
      const header = Buffer.alloc(SECTOR_BYTES);
      header.write('EFI PART', 'latin1');
      header.writeUInt32LE(length, 12);
      header.writeBigUInt64LE(at, 72);
      header.writeUInt32LE(count, 80);
      header.writeUInt32LE(bytes, 84);
      header.writeUInt32LE(crc32(header.subarray(0, length)), 16);
      const read = async (sector: number, size: number) => {
        assert.ok(Number.isSafeInteger(sector * SECTOR_BYTES));
        assert.ok(size <= 4 * 1024 ** 2, `${size}`);
        return Buffer.alloc(size);
      };
      await readGptCopy(header, read);
    }),
  );
});
