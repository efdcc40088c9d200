import { type FileHandle, open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type GptTable, readGptCopy, SECTOR_BYTES, writeGpt } from '@capsule/host';
import type { SeenTable } from './plan-table.ts';

/** Reads the table of a disk; undefined where both copies are damaged. */
export async function readTable(device: string, sectors: number): Promise<SeenTable | undefined> {
  await using file = await open(device, 'r');
  const copies = [await copyAt(file, 1), await copyAt(file, sectors - 1)];
  const [first, second] = copies;
  const table = first ?? second;
  if (table === undefined) return undefined;
  return { table, isWhole: first !== undefined && isDeepStrictEqual(first, second) };
}

async function copyAt(file: FileHandle, sector: number): Promise<GptTable | undefined> {
  const read = async (at: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, at * SECTOR_BYTES);
    return buffer;
  };
  return readGptCopy(await read(sector, SECTOR_BYTES), read);
}

/**
 * Writes both copies: the one at the end first, and each to the disk before the next. At any moment one of them is whole,
 * and the old first copy counts until the new one does.
 */
export async function writeTable(device: string, sectors: number, table: GptTable): Promise<void> {
  const { primary, backup, backupSector } = writeGpt(table, sectors);
  await using file = await open(device, 'r+');
  await file.write(backup, 0, backup.length, backupSector * SECTOR_BYTES);
  await file.sync();
  await file.write(primary, 0, primary.length, 0);
  await file.sync();
}
