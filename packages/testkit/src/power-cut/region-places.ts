import type { PartitionName } from '@capsule/core';
import { planDisk } from '@capsule/imager';
import type { RegionPlace } from './judge-cuts.ts';

/** The parts of every disk of ours; the table lies before and behind them. */
export function regionPlaces(): readonly RegionPlace[] {
  return Object.entries(planDisk().place).map(([name, { offset, bytes }]) => ({
    name: name as PartitionName,
    from: offset,
    // Grown to the end of the disk at the first boot.
    to: name === 'perm' ? Number.POSITIVE_INFINITY : offset + bytes,
  }));
}
