import { NEW_DISK_GUID, PARTITIONS, type PartitionName } from '@capsule/core';
import { type GptPartition, type GptTable, SECTOR_BYTES } from '@capsule/host';

const MIB = 1024 ** 2;
const ALIGNMENT_SECTORS = MIB / SECTOR_BYTES;

/**
 * The sizes of a new disk. A slot has room for four times of the root of today; PERM is grown to the end of its disk at
 * the first boot, so that the image stays small.
 */
const SIZES: Readonly<Record<PartitionName, number>> = {
  esp: 256 * MIB,
  slot_a: 1024 * MIB,
  slot_b: 1024 * MIB,
  perm: 64 * MIB,
};

/** Where everything lies on a new disk. */
export interface DiskPlan {
  readonly table: GptTable;
  readonly diskSectors: number;
  readonly place: Readonly<
    Record<PartitionName, { readonly offset: number; readonly bytes: number }>
  >;
}

/** Lays the partitions out one after another. Pure. */
export function planDisk(): DiskPlan {
  const partitions: GptPartition[] = [];
  const place: Partial<Record<PartitionName, { offset: number; bytes: number }>> = {};
  let next = ALIGNMENT_SECTORS;
  for (const [name, kind] of Object.entries(PARTITIONS) as [PartitionName, Kind][]) {
    const sectors = SIZES[name] / SECTOR_BYTES;
    const [number, lastSector] = [partitions.length + 1, next + sectors - 1];
    partitions.push({ number, ...kind, name, firstSector: next, lastSector });
    place[name] = { offset: next * SECTOR_BYTES, bytes: SIZES[name] };
    next += sectors;
  }
  return {
    table: { diskGuid: NEW_DISK_GUID, partitions },
    diskSectors: next + ALIGNMENT_SECTORS,
    place: place as DiskPlan['place'],
  };
}

type Kind = (typeof PARTITIONS)[PartitionName];
