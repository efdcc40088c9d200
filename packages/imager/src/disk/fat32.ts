/** A file for a new FAT volume; folders on the way are made. */
export interface FatFile {
  /** `EFI/BOOT/BOOTX64.EFI` */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface FatRequest {
  readonly sizeBytes: number;
  /** Of the partition: the volume records where it begins. */
  readonly firstSector: number;
  readonly serial: number;
  /** At most 11 upper-case letters. */
  readonly label: string;
  readonly files: readonly FatFile[];
}

/** Bytes for a place of an image; all others are zero. */
export interface Extent {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const SECTOR = 512;
const CLUSTER_SECTORS = 4;
export const FAT_CLUSTER_BYTES = CLUSTER_SECTORS * SECTOR;
const RESERVED_SECTORS = 32;
const COPIES = 2;
const END_OF_CHAIN = 0x0fffffff;
const MEDIA = 0xf8;
const BACKUP_BOOT_SECTOR = 6;
/** 1980-01-01: every build gives the same volume. */
const DATE = 0x21;

const FOLDER = 0x10;
const ARCHIVE = 0x20;
const LABEL = 0x08;
const LONG_NAME = 0x0f;

/** Returns a FAT32 volume with these files: Microsoft's FAT specification. Pure; equal arguments give equal bytes. */
export function makeFat32(request: FatRequest): readonly Extent[] {
  const volume = new Volume(request);
  const root = treeOf(request.files);
  const rootCluster = volume.reserve(folderBytes(root, true));
  volume.fillFolder(root, { own: rootCluster, parent: 0 }, request.label);
  return volume.finish();
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, Uint8Array>;
}

function treeOf(files: readonly FatFile[]): Folder {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const { path, content } of files) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    let folder = root;
    for (const step of names) {
      const next = folder.folders.get(step) ?? { folders: new Map(), files: new Map() };
      folder.folders.set(step, next);
      folder = next;
    }
    folder.files.set(name, content);
  }
  return root;
}

const ENTRY_BYTES = 32;

function folderBytes({ folders, files }: Folder, isRoot: boolean): number {
  const names = [...folders.keys(), ...files.keys()];
  const entries = names.reduce((sum, name) => sum + 1 + longEntryCount(name), isRoot ? 1 : 2);
  return entries * ENTRY_BYTES;
}

/** Writes clusters one after another; a chain is never scattered. */
class Volume {
  readonly #request: FatRequest;
  readonly #fatSectors: number;
  readonly #clusters: number;
  readonly #next: number[] = [0x0fffff00 | MEDIA, END_OF_CHAIN];
  readonly #extents: Extent[] = [];

  constructor(request: FatRequest) {
    this.#request = request;
    const sectors = request.sizeBytes / SECTOR - RESERVED_SECTORS;
    // Each cluster needs its sectors and four bytes in each copy of the table.
    const perCluster = CLUSTER_SECTORS + (COPIES * 4) / SECTOR;
    this.#fatSectors = Math.ceil(((sectors / perCluster + 2) * 4) / SECTOR);
    this.#clusters = Math.floor((sectors - COPIES * this.#fatSectors) / CLUSTER_SECTORS);
  }

  /** Takes a chain for that many bytes; returns its first cluster, 0 for none. */
  reserve(bytes: number): number {
    const count = Math.ceil(bytes / FAT_CLUSTER_BYTES);
    const first = this.#next.length;
    for (let index = 1; index <= count; index += 1) {
      this.#next.push(index === count ? END_OF_CHAIN : first + index);
    }
    if (this.#next.length - 2 > this.#clusters) {
      throw new RangeError(
        `the files need more than the volume's ${this.#request.sizeBytes} bytes`,
      );
    }
    return count === 0 ? 0 : first;
  }

  fillFolder(folder: Folder, at: { own: number; parent: number }, label?: string): void {
    const names = new ShortNames();
    const entries: Buffer[] =
      label === undefined
        ? [entry('.          ', FOLDER, at.own, 0), entry('..         ', FOLDER, at.parent, 0)]
        : [entry(label.padEnd(11), LABEL, 0, 0)];
    const place = label === undefined ? at.own : 0;
    for (const [name, inner] of folder.folders) {
      const own = this.reserve(folderBytes(inner, false));
      entries.push(...names.entries(name, FOLDER, own, 0));
      this.fillFolder(inner, { own, parent: place });
    }
    for (const [name, content] of folder.files) {
      const own = this.reserve(content.length);
      entries.push(...names.entries(name, ARCHIVE, own, content.length));
      this.#put(own, content);
    }
    this.#put(at.own, Buffer.concat(entries));
  }

  finish(): readonly Extent[] {
    const table = Buffer.alloc(this.#next.length * 4);
    for (const [index, next] of this.#next.entries()) table.writeUInt32LE(next >>> 0, index * 4);
    const copies = Array.from({ length: COPIES }, (_, copy) => ({
      offset: (RESERVED_SECTORS + copy * this.#fatSectors) * SECTOR,
      bytes: table,
    }));
    const boot = Buffer.concat([this.#bootSector(), this.#infoSector()]);
    const bootCopies = [0, BACKUP_BOOT_SECTOR].map((sector) => ({
      offset: sector * SECTOR,
      bytes: boot,
    }));
    return [...bootCopies, ...copies, ...this.#extents].sort((a, b) => a.offset - b.offset);
  }

  #put(cluster: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const dataAt = RESERVED_SECTORS + COPIES * this.#fatSectors;
    const offset = (dataAt + (cluster - 2) * CLUSTER_SECTORS) * SECTOR;
    this.#extents.push({ offset, bytes });
  }

  #bootSector(): Buffer {
    const { sizeBytes, firstSector, serial, label } = this.#request;
    const sector = Buffer.alloc(SECTOR);
    sector.set([0xeb, 0x58, 0x90]);
    sector.write('CAPSULE ', 3, 'latin1');
    sector.writeUInt16LE(SECTOR, 11);
    sector.writeUInt8(CLUSTER_SECTORS, 13);
    sector.writeUInt16LE(RESERVED_SECTORS, 14);
    sector.writeUInt8(COPIES, 16);
    sector.writeUInt8(MEDIA, 21);
    sector.writeUInt16LE(32, 24); // sectors and heads of a track, which nothing has any more
    sector.writeUInt16LE(64, 26);
    sector.writeUInt32LE(firstSector, 28);
    sector.writeUInt32LE(sizeBytes / SECTOR, 32);
    sector.writeUInt32LE(this.#fatSectors, 36);
    sector.writeUInt32LE(2, 44); // the root's cluster
    sector.writeUInt16LE(1, 48); // the sector with counts of free clusters
    sector.writeUInt16LE(BACKUP_BOOT_SECTOR, 50);
    sector.writeUInt8(0x80, 64);
    sector.writeUInt8(0x29, 66);
    sector.writeUInt32LE(serial, 67);
    sector.write(label.padEnd(11), 71, 'latin1');
    sector.write('FAT32   ', 82, 'latin1');
    sector.writeUInt16LE(0xaa55, 510);
    return sector;
  }

  #infoSector(): Buffer {
    const sector = Buffer.alloc(SECTOR);
    sector.writeUInt32LE(0x41615252, 0);
    sector.writeUInt32LE(0x61417272, 484);
    sector.writeUInt32LE(this.#clusters - (this.#next.length - 2), 488);
    sector.writeUInt32LE(this.#next.length, 492);
    sector.writeUInt32LE(0xaa550000, 508);
    return sector;
  }
}

function entry(shortName: string, attributes: number, cluster: number, size: number): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES);
  bytes.write(shortName, 'latin1');
  bytes.writeUInt8(attributes, 11);
  for (const at of [16, 18, 24]) bytes.writeUInt16LE(DATE, at);
  bytes.writeUInt16LE(cluster >>> 16, 20);
  bytes.writeUInt16LE(cluster & 0xffff, 26);
  bytes.writeUInt32LE(size, 28);
  return bytes;
}

/** The names of one folder that old programs see; they must differ. */
class ShortNames {
  #count = 0;

  entries(name: string, attributes: number, cluster: number, size: number): readonly Buffer[] {
    const short = this.#shorten(name);
    return [...longEntries(name, short), entry(short, attributes, cluster, size)];
  }

  #shorten(name: string): string {
    if (isShort(name)) {
      const [base = '', extension = ''] = name.split('.');
      return base.padEnd(8) + extension.padEnd(3);
    }
    this.#count += 1;
    const tail = `~${this.#count}`;
    const dot = name.lastIndexOf('.');
    const plain = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9_-]/g, '');
    const base = plain(dot > 0 ? name.slice(0, dot) : name).slice(0, 8 - tail.length) + tail;
    return base.padEnd(8) + (dot > 0 ? plain(name.slice(dot)).slice(0, 3) : '').padEnd(3);
  }
}

function isShort(name: string): boolean {
  return /^[A-Z0-9_-]{1,8}(\.[A-Z0-9_-]{1,3})?$/.test(name);
}

const LONG_UNITS = 13;

function longEntryCount(name: string): number {
  return isShort(name) ? 0 : Math.ceil(name.length / LONG_UNITS);
}

/** Last piece first, each with the checksum of the short name that they belong to. */
function longEntries(name: string, short: string): readonly Buffer[] {
  const count = longEntryCount(name);
  const checksum = [...Buffer.from(short, 'latin1')].reduce(
    (sum, byte) => (((sum & 1) << 7) + (sum >>> 1) + byte) & 0xff,
    0,
  );
  const units = Buffer.alloc(count * LONG_UNITS * 2, 0xff);
  units.write(`${name}\0`, 'utf16le');
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    const piece = units.subarray((number - 1) * LONG_UNITS * 2, number * LONG_UNITS * 2);
    const bytes = Buffer.alloc(ENTRY_BYTES);
    bytes.writeUInt8(number | (index === 0 ? 0x40 : 0), 0);
    piece.copy(bytes, 1, 0, 10);
    bytes.writeUInt8(LONG_NAME, 11);
    bytes.writeUInt8(checksum, 13);
    piece.copy(bytes, 14, 10, 22);
    piece.copy(bytes, 28, 22, 26);
    return bytes;
  });
}
