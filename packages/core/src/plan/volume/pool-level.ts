import type { VolumePool } from '../../port/volume-seen.ts';

/**
 * `low`: no new space is promised. `full`: workloads with a volume are paused before their writes fail. A pool
 * that cannot be inspected keeps its level: one failed probe must not allow writes to a full pool.
 */
export type PoolLevel = 'fine' | 'low' | 'full';

/** Percent of data or metadata from which on no new space is promised. */
export const POOL_LOW_PERCENT = 90;
/** Percent from which on workloads with a volume are paused. */
export const POOL_FULL_PERCENT = 98;
/** Back below the thresholds by this much: a pool at the edge does not go to and fro. */
const WAY_BACK_PERCENT = 1;
/** Large pools still have much room at these percents. */
const LOW_BELOW_BYTES = 20 * 1024 ** 3;
const FULL_BELOW_BYTES = 2 * 1024 ** 3;

/** Percent of what is fuller: data, or metadata where the pool has any. Pure. */
export function poolPercent({ totalBytes, usedBytes, metadataPercent = 0 }: VolumePool): number {
  const data = totalBytes === 0 ? 0 : (usedBytes / totalBytes) * 100;
  return Math.max(data, metadataPercent);
}

/** How full a pool is, given how full it was. Pure. */
export function judgePool(pool: VolumePool, before: PoolLevel): PoolLevel {
  if (!pool.ok) return before;
  const free = pool.totalBytes - pool.usedBytes;
  const isOver = (percent: number, belowBytes: number) =>
    (pool.metadataPercent ?? 0) >= percent || (poolPercent(pool) >= percent && free <= belowBytes);
  const full = POOL_FULL_PERCENT - (before === 'full' ? WAY_BACK_PERCENT : 0);
  if (isOver(full, FULL_BELOW_BYTES)) return 'full';
  const low = POOL_LOW_PERCENT - (before === 'fine' ? 0 : WAY_BACK_PERCENT);
  return isOver(low, LOW_BELOW_BYTES) ? 'low' : 'fine';
}
