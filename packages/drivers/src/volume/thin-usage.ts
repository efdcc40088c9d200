import type { VolumePool } from '@capsule/core';
import type { LogicalVolume } from '@capsule/host';

/** Describes how full a thin pool is. Pure. */
export function describeThinPool(
  pool: LogicalVolume | undefined,
  problem = 'there is no thin pool',
): VolumePool {
  const snapshots = 'instant';
  if (pool === undefined) {
    return { ok: false, detail: problem, totalBytes: 0, usedBytes: 0, snapshots };
  }
  const { sizeBytes: totalBytes, dataPercent = 0, metadataPercent = 0 } = pool;
  const usedBytes = Math.ceil((totalBytes * dataPercent) / 100);
  const detail = `thin pool, metadata ${metadataPercent.toFixed(1)} %; snapshots share blocks`;
  return { ok: true, detail, totalBytes, usedBytes, metadataPercent, snapshots };
}

/** Returns the space of a volume in its pool, in bytes. Pure. */
export function usedOf({ sizeBytes, dataPercent = 0 }: LogicalVolume): number {
  return Math.ceil((sizeBytes * dataPercent) / 100);
}
