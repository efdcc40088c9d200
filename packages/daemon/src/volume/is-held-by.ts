import { type CellId, cellKey, type VolumeRecord } from '@capsule/core';

/** Returns whether a cell holds the volume; false if the volume does not exist. Pure. */
export function isHeldBy(volume: Pick<VolumeRecord, 'holder'> | undefined, cell: CellId): boolean {
  const holder = volume?.holder;
  return holder !== undefined && cellKey(holder) === cellKey(cell);
}
