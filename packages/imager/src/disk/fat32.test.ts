import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAT_CLUSTER_BYTES, type FatFile, makeFat32 } from './fat32.ts';

const MIB = 1024 ** 2;
const SIZE = 256 * MIB;
const ENTRY = 32;

function volumeWith(files: readonly FatFile[]): Buffer {
  const volume = Buffer.alloc(SIZE);
  const request = { sizeBytes: SIZE, firstSector: 2048, serial: 7, label: 'TEST', files };
  for (const { offset, bytes } of makeFat32(request)) volume.set(bytes, offset);
  return volume;
}

/** Reads a volume as a driver does: from the fields of its boot sector, along the chains of its table. */
function filesIn(volume: Buffer): Map<string, Buffer> {
  const sector = volume.readUInt16LE(11);
  const clusterBytes = sector * volume.readUInt8(13);
  const fatAt = sector * volume.readUInt16LE(14);
  const dataAt = fatAt + volume.readUInt8(16) * volume.readUInt32LE(36) * sector;
  const chain = (first: number): Buffer => {
    const pieces: Buffer[] = [];
    for (let at = first; at < 0x0ffffff8; at = volume.readUInt32LE(fatAt + at * 4)) {
      const from = dataAt + (at - 2) * clusterBytes;
      pieces.push(volume.subarray(from, from + clusterBytes));
    }
    return Buffer.concat(pieces);
  };
  const found = new Map<string, Buffer>();
  const walk = (folder: Buffer, path: string) => {
    let long = '';
    for (let at = 0; folder[at]; at += ENTRY) {
      const entry = folder.subarray(at, at + ENTRY);
      if (entry[11] === 0x0f) {
        const units = [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)];
        long = Buffer.concat(units).toString('utf16le') + long;
        continue;
      }
      const [base, extension] = [entry.toString('latin1', 0, 8), entry.toString('latin1', 8, 11)];
      const short = [base.trim(), extension.trim()].filter(Boolean).join('.');
      const name = long.replace(/\0.*$/s, '') || short;
      long = '';
      const first = entry.readUInt16LE(26) + entry.readUInt16LE(20) * 65_536;
      if (entry.readUInt8(11) === 0x08 || /^\.+$/.test(short)) continue;
      if (entry.readUInt8(11) === 0x10) walk(chain(first), `${path}${name}/`);
      else found.set(path + name, chain(first || 0x0fffffff).subarray(0, entry.readUInt32LE(28)));
    }
  };
  walk(chain(volume.readUInt32LE(44)), '');
  return found;
}

test('files, with long and short names, are read back from their folders', () => {
  const files = [
    { path: 'EFI/BOOT/BOOTX64.EFI', content: Buffer.alloc(3 * FAT_CLUSTER_BYTES + 5, 'x') },
    { path: 'EFI/Linux/capsule-1-slot_a+3.efi', content: Buffer.alloc(FAT_CLUSTER_BYTES, 'y') },
    { path: 'loader/loader.conf', content: Buffer.from('timeout 0\n') },
    { path: 'loader/empty', content: Buffer.alloc(0) },
  ];
  const found = filesIn(volumeWith(files));
  assert.deepEqual([...found.keys()].sort(), files.map(({ path }) => path).sort());
  for (const { path, content } of files) assert.deepEqual(found.get(path), content, path);
});

test('a folder may need several clusters', () => {
  const files = Array.from({ length: 200 }, (_, index) => ({
    path: `many/a-long-name-for-file-${index}.txt`,
    content: Buffer.from(String(index)),
  }));
  const found = filesIn(volumeWith(files));
  assert.equal(found.size, 200);
  assert.equal(found.get('many/a-long-name-for-file-199.txt')?.toString(), '199');
});

test('the volume has as many clusters as FAT32 needs, and equal files give equal volumes', () => {
  const volume = volumeWith([]);
  const clusters = (SIZE / 512 - 32 - 2 * volume.readUInt32LE(36)) / volume.readUInt8(13);
  assert.ok(clusters >= 65_525, String(clusters));
  assert.ok(volume.readUInt32LE(36) * 512 >= (clusters + 2) * 4);
  assert.ok(volume.equals(volumeWith([])));
});

test('files that do not fit are refused', () => {
  const files = [{ path: 'a', content: Buffer.alloc(SIZE) }];
  assert.throws(() => volumeWith(files), RangeError);
});
