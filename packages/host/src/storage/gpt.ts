import { crc32 } from 'node:zlib';

/** A partition of a GUID partition table. */
export interface GptPartition {
  /** From 1 on, as the kernel counts: the place of its entry. */
  readonly number: number;
  /** Printed in lower case. */
  readonly type: string;
  readonly guid: string;
  readonly name: string;
  readonly firstSector: number;
  /** Belongs to it. */
  readonly lastSector: number;
  /** Its attributes, 16 hexadecimal digits; absent without any. */
  readonly flags?: string;
}

export interface GptTable {
  readonly diskGuid: string;
  /** By number. */
  readonly partitions: readonly GptPartition[];
}

/** The two copies of a table, each to be written as a whole at its sector. */
export interface GptBytes {
  /** With the protective master boot record; for sector 0. */
  readonly primary: Buffer;
  readonly backup: Buffer;
  readonly backupSector: number;
}

export const SECTOR_BYTES = 512;
/** The number of partitions that a written table has room for. */
export const MOST_PARTITIONS = 128;
const ENTRY_BYTES = 128;
const TABLE_SECTORS = (MOST_PARTITIONS * ENTRY_BYTES) / SECTOR_BYTES;
/** Larger tables than any that is in use are not read into memory. */
const MOST_ENTRIES_READ = 1024;
const MOST_ENTRY_BYTES_READ = 4096;
/** The offset of a later one is no exact number. */
const MOST_SECTORS = Number.MAX_SAFE_INTEGER / SECTOR_BYTES;
/** A partition may begin here: behind the boot record, the header and the entries. */
export const FIRST_USABLE_SECTOR = 2 + TABLE_SECTORS;
const HEADER_BYTES = 92;
const SIGNATURE = 'EFI PART';
const REVISION = 0x10000;
const NAME_UNITS = 36;

/** The last sector of a disk that a partition may use. */
export function lastUsableSector(diskSectors: number): number {
  return diskSectors - 2 - TABLE_SECTORS;
}

/** Returns both copies of a table for a disk of that size: UEFI specification, 5.3. Pure. */
export function writeGpt(table: GptTable, diskSectors: number): GptBytes {
  const entries = Buffer.alloc(MOST_PARTITIONS * ENTRY_BYTES);
  for (const partition of table.partitions) {
    writeEntry(partition).copy(entries, (partition.number - 1) * ENTRY_BYTES);
  }
  const header = (own: number, other: number, entriesAt: number) =>
    writeHeader({ diskGuid: table.diskGuid, own, other, entriesAt, entries, diskSectors });
  const last = diskSectors - 1;
  return {
    primary: Buffer.concat([protectiveRecord(diskSectors), header(1, last, 2), entries]),
    backup: Buffer.concat([entries, header(last, 1, last - TABLE_SECTORS)]),
    backupSector: last - TABLE_SECTORS,
  };
}

interface HeaderParts {
  readonly diskGuid: string;
  readonly own: number;
  readonly other: number;
  readonly entriesAt: number;
  readonly entries: Buffer;
  readonly diskSectors: number;
}

function writeHeader(parts: HeaderParts): Buffer {
  const header = Buffer.alloc(SECTOR_BYTES);
  header.write(SIGNATURE, 'latin1');
  header.writeUInt32LE(REVISION, 8);
  header.writeUInt32LE(HEADER_BYTES, 12);
  header.writeBigUInt64LE(BigInt(parts.own), 24);
  header.writeBigUInt64LE(BigInt(parts.other), 32);
  header.writeBigUInt64LE(BigInt(FIRST_USABLE_SECTOR), 40);
  header.writeBigUInt64LE(BigInt(lastUsableSector(parts.diskSectors)), 48);
  guidBytes(parts.diskGuid).copy(header, 56);
  header.writeBigUInt64LE(BigInt(parts.entriesAt), 72);
  header.writeUInt32LE(MOST_PARTITIONS, 80);
  header.writeUInt32LE(ENTRY_BYTES, 84);
  header.writeUInt32LE(crc32(parts.entries), 88);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES)), 16);
  return header;
}

function writeEntry(partition: GptPartition): Buffer {
  const { type, guid, name, firstSector, lastSector, flags = '' } = partition;
  const entry = Buffer.alloc(ENTRY_BYTES);
  guidBytes(type).copy(entry, 0);
  guidBytes(guid).copy(entry, 16);
  entry.writeBigUInt64LE(BigInt(firstSector), 32);
  entry.writeBigUInt64LE(BigInt(lastSector), 40);
  entry.writeBigUInt64LE(BigInt(`0x${flags || '0'}`), 48);
  entry.write(name.slice(0, NAME_UNITS), 56, 'utf16le');
  return entry;
}

/** Keeps programs that know no GUID partition table off the disk. */
function protectiveRecord(diskSectors: number): Buffer {
  const record = Buffer.alloc(SECTOR_BYTES);
  record.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], 446);
  record.writeUInt32LE(1, 454);
  record.writeUInt32LE(Math.min(diskSectors - 1, 0xffffffff), 458);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}

/** Reads one copy of a table: the sector with its header, and its entries by `read`. Undefined where it is damaged. */
export async function readGptCopy(
  header: Buffer,
  read: (sector: number, bytes: number) => Promise<Buffer>,
): Promise<GptTable | undefined> {
  if (header.toString('latin1', 0, 8) !== SIGNATURE) return undefined;
  const length = header.readUInt32LE(12);
  if (length < HEADER_BYTES || length > header.length) return undefined;
  const covered = Buffer.from(header.subarray(0, length));
  covered.fill(0, 16, 20);
  if (crc32(covered) !== header.readUInt32LE(16)) return undefined;
  const [count, bytes] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  const at = Number(header.readBigUInt64LE(72));
  if (!isSane(count, bytes) || at > MOST_SECTORS) return undefined;
  const entries = await read(at, count * bytes);
  if (crc32(entries) !== header.readUInt32LE(88)) return undefined;
  const all = Array.from({ length: count }, (_, index) =>
    readEntry(index + 1, entries.subarray(index * bytes, (index + 1) * bytes)),
  );
  return {
    diskGuid: guidText(header.subarray(56, 72)),
    partitions: all.filter(({ type }) => type !== UNUSED),
  };
}

function isSane(count: number, bytes: number): boolean {
  return count <= MOST_ENTRIES_READ && bytes >= ENTRY_BYTES && bytes <= MOST_ENTRY_BYTES_READ;
}

const UNUSED = '00000000-0000-0000-0000-000000000000';

function readEntry(number: number, entry: Buffer): GptPartition {
  const flags = entry.readBigUInt64LE(48);
  return {
    number,
    type: guidText(entry.subarray(0, 16)),
    guid: guidText(entry.subarray(16, 32)),
    firstSector: Number(entry.readBigUInt64LE(32)),
    lastSector: Number(entry.readBigUInt64LE(40)),
    name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
    ...(flags !== 0n && { flags: flags.toString(16).padStart(16, '0') }),
  };
}

/** The order of the text's bytes on the disk: its first three groups are numbers of the little end. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(GUID_ORDER.map((from) => bytes[from] ?? 0));
}

function guidText(bytes: Buffer): string {
  const digits = Buffer.from(GUID_ORDER.map((from) => bytes[from] ?? 0)).toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
