import { imagerError } from '../errors.ts';

/** Anything that is read like a disk. */
export interface ReadableDisk {
  read(offset: number, bytes: number): Promise<Buffer>;
}

/** A file or folder of a FAT volume. */
export interface FatEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly firstCluster: number;
}

const ENTRY = 32;
const END_OF_CHAIN = 0x0ffffff8;
const CLUSTER_MASK = 0x0fffffff;
const ATTRIBUTE = { volume: 0x08, folder: 0x10, longName: 0x0f } as const;
const DELETED = 0xe5;

/**
 * A FAT32 volume as the firmware reads it: by the first copy of the table, without repair (Microsoft, FAT32 File System
 * Specification). A chain that leaves the volume or goes round is an error.
 */
export class FatVolume {
  readonly #disk: ReadableDisk;
  readonly #start: number;
  readonly #geometry: Geometry;

  private constructor(disk: ReadableDisk, start: number, geometry: Geometry) {
    this.#disk = disk;
    this.#start = start;
    this.#geometry = geometry;
  }

  static async open(disk: ReadableDisk, start: number): Promise<FatVolume> {
    return new FatVolume(disk, start, readGeometry(await disk.read(start, 512)));
  }

  /** The entries of a folder, `EFI/Linux`; none if it is not there. */
  async list(path: string): Promise<readonly FatEntry[]> {
    let cluster = this.#geometry.rootCluster;
    for (const name of path.split('/').filter(Boolean)) {
      const entries = parseEntries(await this.#chain(cluster));
      const folder = entries.find(
        (entry) => entry.isFolder && entry.name.toLowerCase() === name.toLowerCase(),
      );
      if (folder === undefined) return [];
      cluster = folder.firstCluster;
    }
    return parseEntries(await this.#chain(cluster));
  }

  async read({ firstCluster, bytes, name }: FatEntry): Promise<Buffer> {
    if (bytes === 0) return Buffer.alloc(0);
    const content = await this.#chain(firstCluster);
    if (content.length < bytes)
      throw imagerError.FAT_DAMAGED({ detail: `${name} is shorter than its entry says` });
    return content.subarray(0, bytes);
  }

  async #chain(first: number): Promise<Buffer> {
    const { clusterBytes, clusters } = this.#geometry;
    const table = await this.#readTable();
    const runs: { first: number; count: number }[] = [];
    let seen = 0;
    for (let cluster = first; cluster < END_OF_CHAIN; ) {
      if (cluster < 2 || cluster >= clusters + 2)
        throw imagerError.FAT_DAMAGED({ detail: 'a chain leaves the volume' });
      if (seen++ > clusters) throw imagerError.FAT_DAMAGED({ detail: 'a chain goes round' });
      const last = runs.at(-1);
      if (last !== undefined && last.first + last.count === cluster) last.count++;
      else runs.push({ first: cluster, count: 1 });
      cluster = table.readUInt32LE(cluster * 4) & CLUSTER_MASK;
    }
    const pieces = runs.map(({ first: from, count }) =>
      this.#disk.read(this.#placeOf(from), count * clusterBytes),
    );
    return Buffer.concat(await Promise.all(pieces));
  }

  #placeOf(cluster: number): number {
    const { dataStart, clusterBytes } = this.#geometry;
    return this.#start + dataStart + (cluster - 2) * clusterBytes;
  }

  #readTable(): Promise<Buffer> {
    const { tableStart, tableBytes } = this.#geometry;
    return this.#disk.read(this.#start + tableStart, tableBytes);
  }
}

interface Geometry {
  readonly clusterBytes: number;
  readonly clusters: number;
  readonly rootCluster: number;
  readonly tableStart: number;
  readonly tableBytes: number;
  readonly dataStart: number;
}

function readGeometry(boot: Buffer): Geometry {
  if (boot.readUInt16LE(510) !== 0xaa55)
    throw imagerError.FAT_DAMAGED({ detail: 'the volume has no boot sector' });
  const sector = boot.readUInt16LE(11);
  const clusterBytes = boot.readUInt8(13) * sector;
  const reserved = boot.readUInt16LE(14);
  const tables = boot.readUInt8(16);
  const sectors = boot.readUInt32LE(32);
  const tableSectors = boot.readUInt32LE(36);
  const dataStart = (reserved + tables * tableSectors) * sector;
  return {
    clusterBytes,
    clusters: Math.floor((sectors * sector - dataStart) / clusterBytes),
    rootCluster: boot.readUInt32LE(44),
    tableStart: reserved * sector,
    tableBytes: tableSectors * sector,
    dataStart,
  };
}

function parseEntries(folder: Buffer): readonly FatEntry[] {
  const found: FatEntry[] = [];
  let longName: string[] = [];
  for (let at = 0; at + ENTRY <= folder.length; at += ENTRY) {
    const entry = folder.subarray(at, at + ENTRY);
    const [first = 0, attributes = 0] = [entry[0], entry[11]];
    if (first === 0) break;
    if (first === DELETED) longName = [];
    else if (attributes === ATTRIBUTE.longName) {
      // The last part comes first.
      if ((first & 0x40) !== 0) longName = [];
      longName.unshift(longNamePart(entry));
    } else {
      const name = longName.length > 0 ? longName.join('') : shortName(entry);
      longName = [];
      if ((attributes & ATTRIBUTE.volume) !== 0 || name === '.' || name === '..') continue;
      found.push({
        name,
        isFolder: (attributes & ATTRIBUTE.folder) !== 0,
        bytes: entry.readUInt32LE(28),
        firstCluster: (entry.readUInt16LE(20) << 16) | entry.readUInt16LE(26),
      });
    }
  }
  return found;
}

function longNamePart(entry: Buffer): string {
  const units = [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)];
  const text = Buffer.concat(units).toString('utf16le');
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function shortName(entry: Buffer): string {
  const base = entry.subarray(0, 8).toString('latin1').trimEnd();
  const extension = entry.subarray(8, 11).toString('latin1').trimEnd();
  return extension === '' ? base : `${base}.${extension}`;
}
