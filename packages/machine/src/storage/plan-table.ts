import { NEW_DISK_GUID, PARTITIONS } from '@capsule/core';
import { type GptPartition, type GptTable, lastUsableSector, MOST_PARTITIONS } from '@capsule/host';
import { findPartition } from './find-partition.ts';

/** A table as it was read from a disk. */
export interface SeenTable {
  readonly table: GptTable;
  /** Both copies are there, are equal, and lie at the two ends of the disk. */
  readonly isWhole: boolean;
}

/** A partition ends where a sector of 4096 bytes does, whatever the disk's. */
const ALIGNMENT = 8;

/**
 * Returns the table that the disk is to have; undefined where it has it. The partition for data is grown to the end of
 * the disk, where nothing else lies behind it. A disk from an image that still has the identity of all images gets one
 * of its own, by `draw`. Pure.
 */
export function planTable(
  { table, isWhole }: SeenTable,
  diskSectors: number,
  draw: () => string,
): GptTable | undefined {
  const isNew = table.diskGuid === NEW_DISK_GUID;
  const perm = growing(table.partitions, diskSectors);
  if (isWhole && !isNew && perm === undefined) return undefined;
  if (!table.partitions.every((partition) => isKept(partition, diskSectors))) return undefined;
  const drawn = new Set([PARTITIONS.esp.guid, PARTITIONS.perm.guid]);
  const partitions = table.partitions.map((partition) => ({
    ...partition,
    ...(drawn.has(partition.guid) && { guid: draw() }),
    ...(partition === perm && { lastSector: lastAligned(diskSectors) }),
  }));
  return { diskGuid: isNew ? draw() : table.diskGuid, partitions };
}

/** The partition for data, where there is room for it to grow. */
function growing(partitions: readonly GptPartition[], diskSectors: number) {
  const perm = findPartition(partitions, 'perm');
  if (perm === undefined || perm.lastSector >= lastAligned(diskSectors)) return undefined;
  const isLast = partitions.every((other) => other === perm || other.lastSector < perm.firstSector);
  return isLast ? perm : undefined;
}

/**
 * A disk that has lost its last sectors (a USB adapter hides some) keeps its table: the copy at its new end would
 * overwrite data. So does one with more partitions than a table of ours has room for.
 */
function isKept({ number, lastSector }: GptPartition, diskSectors: number): boolean {
  return number <= MOST_PARTITIONS && lastSector <= lastUsableSector(diskSectors);
}

function lastAligned(diskSectors: number): number {
  return Math.floor((lastUsableSector(diskSectors) + 1) / ALIGNMENT) * ALIGNMENT - 1;
}
