import { NEW_DISK_GUID, PARTITIONS } from '@capsule/core';
import { type GptTable, lastUsableSector } from '@capsule/host';

/** A table as it was read from a disk. */
export interface SeenTable {
  readonly table: GptTable;
  /** Both copies are there, are equal, and lie at the two ends of the disk. */
  readonly isWhole: boolean;
}

/** A partition ends where a sector of 4096 bytes does, whatever the disk's. */
const ALIGNMENT = 8;

/**
 * Returns the table that the disk is to have; undefined where it has it. The last partition is grown to the end of the
 * disk. A disk from an image that still has the identity of all images gets one of its own, by `draw`. Pure.
 */
export function planTable(
  { table, isWhole }: SeenTable,
  diskSectors: number,
  draw: () => string,
): GptTable | undefined {
  const isNew = table.diskGuid === NEW_DISK_GUID;
  const end = Math.floor((lastUsableSector(diskSectors) + 1) / ALIGNMENT) * ALIGNMENT - 1;
  const last = table.partitions.at(-1);
  const grows = last !== undefined && last.lastSector < end;
  if (isWhole && !isNew && !grows) return undefined;
  const drawn = new Set([PARTITIONS.esp.guid, PARTITIONS.perm.guid]);
  const partitions = table.partitions.map((partition) => ({
    ...partition,
    ...(drawn.has(partition.guid) && { guid: draw() }),
    ...(partition === last && grows && { lastSector: end }),
  }));
  return { diskGuid: isNew ? draw() : table.diskGuid, partitions };
}
