import { type CellId, cellKey, type VolumeRecord } from '@capsule/core';

/** Also of a volume that is not there, which nobody holds. Pure. */
export function isHeldBy(volume: Pick<VolumeRecord, 'holder'> | undefined, cell: CellId): boolean {
  const holder = volume?.holder;
  return holder !== undefined && cellKey(holder) === cellKey(cell);
}
