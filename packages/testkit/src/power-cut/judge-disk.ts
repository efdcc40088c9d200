import { createHash } from 'node:crypto';
import { type BootEntry, nextBootEntry, parseBootEntry, type SlotName } from '@capsule/core';
import { type GptTable, readGptCopy, SECTOR_BYTES } from '@capsule/host';
import { FatVolume, type ReadableDisk } from '@capsule/imager';

/** A version of the system whose parts may stand on the disk. */
export interface KnownSystem {
  readonly version: string;
  /** Lower-case hexadecimal digits of SHA-256: of the kernel image, and of the root with its tree. */
  readonly kernel: string;
  readonly root: string;
  readonly rootBytes: number;
}

export interface JudgeParts {
  readonly diskBytes: number;
  /** SHA-256 of the boot loader. */
  readonly loader: string;
  readonly systems: readonly KnownSystem[];
}

/** A disk in one of many states, most of whose parts are the same in many of them. */
export interface JudgedDisk extends ReadableDisk {
  /** Equal for states in which this range has the same content. */
  stateOf(offset: number, bytes: number): string;
}

/** The findings of firmware and loader on a disk, without a boot. */
export interface DiskVerdict {
  readonly entry?: BootEntry;
  readonly version?: string;
  /** Why the machine would not start; absent: it starts this version. */
  readonly brick?: string;
}

/**
 * Judges whether a disk boots a whole system: a table with all partitions, an ESP whose choice is a whole kernel image,
 * and a slot with the root of that very version.
 */
export class DiskJudge {
  readonly #parts: JudgeParts;
  /** Whether a range has a content, by its place, state and hash: a root takes half a second to read. */
  readonly #known = new Map<string, boolean>();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  async judge(disk: JudgedDisk): Promise<DiskVerdict> {
    const table = await this.#readTable(disk);
    if (table === undefined) return { brick: 'no copy of the partition table is whole' };
    const esp = startOf(table, 'esp');
    if (esp === undefined) return { brick: 'the table has no ESP' };
    try {
      return await this.#judgeChoice(disk, table, await FatVolume.open(disk, esp));
    } catch (error) {
      return { brick: (error as Error).message };
    }
  }

  async #readTable(disk: ReadableDisk): Promise<GptTable | undefined> {
    const { diskBytes } = this.#parts;
    const sectors = diskBytes / SECTOR_BYTES;
    const read = (sector: number, bytes: number) => disk.read(sector * SECTOR_BYTES, bytes);
    const copyAt = async (sector: number) => readGptCopy(await read(sector, SECTOR_BYTES), read);
    return (await copyAt(1)) ?? (await copyAt(sectors - 1));
  }

  async #judgeChoice(disk: JudgedDisk, table: GptTable, esp: FatVolume): Promise<DiskVerdict> {
    const [loader] = await esp.list('EFI/BOOT');
    if (loader === undefined || hashOf(await esp.read(loader)) !== this.#parts.loader) {
      return { brick: 'the boot loader is not whole' };
    }
    const files = await esp.list('EFI/Linux');
    const entries = files.flatMap((file) => {
      const entry = parseBootEntry(file.name);
      // The loader lists programs with a description alone (sd-boot, `boot_entry_add_unified`), so no empty file.
      return entry === undefined || file.bytes === 0 ? [] : [{ file, entry }];
    });
    const entry = nextBootEntry(entries.map((one) => one.entry));
    const chosen = entries.find((one) => one.entry === entry);
    if (entry === undefined || chosen === undefined) return { brick: 'the ESP has no entry' };
    const kernel = hashOf(await esp.read(chosen.file));
    const system = this.#parts.systems.find((one) => one.kernel === kernel);
    if (system === undefined)
      return { entry, brick: `${chosen.file.name} is no whole kernel image` };
    const { version } = system;
    const isWhole = await this.#hasRoot(disk, startOf(table, entry.slot), system);
    return isWhole
      ? { entry, version }
      : { entry, version, brick: `${entry.slot} does not hold the root of ${version}` };
  }

  async #hasRoot(
    disk: JudgedDisk,
    start: number | undefined,
    { root, rootBytes }: KnownSystem,
  ): Promise<boolean> {
    if (start === undefined) return false;
    const key = `${start} ${root} ${disk.stateOf(start, rootBytes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = hashOf(await disk.read(start, rootBytes)) === root;
    this.#known.set(key, found);
    return found;
  }
}

function startOf({ partitions }: GptTable, name: 'esp' | SlotName): number | undefined {
  const found = partitions.find((partition) => partition.name === name);
  return found && found.firstSector * SECTOR_BYTES;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
