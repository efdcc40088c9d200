import type { ContainerRecord } from '../../resource/cell/container.ts';

/** No workload holds up a power-off for longer, whatever its grace: half an hour. */
export const POWER_OFF_MOST_MS = 30 * 60_000;
/** After the grace: a microVM unmounts and syncs, containerd takes down what was killed. */
const AFTER_GRACE_MS = 70_000;
/** Of a workload whose spec cannot be read. */
const DEFAULT_GRACE_MS = 10_000;

/** How long a workload may take to end at power-off: its own grace, bounded. Pure. */
export function powerOffGraceMs(record: ContainerRecord | undefined): number {
  if (record === undefined) return DEFAULT_GRACE_MS;
  const { desired, stopGraceMs, spec } = record;
  // One that is to run may have been restarted with a grace that was for that restart only.
  const askedMs = desired === 'running' ? undefined : stopGraceMs;
  return Math.min(askedMs ?? spec.stopGraceSeconds * 1000, POWER_OFF_MOST_MS);
}

/** After which time a stop at power-off is given up; for one workload, or the slowest of several. Pure. */
export function powerOffLimitMs(records: readonly (ContainerRecord | undefined)[]): number {
  return Math.max(DEFAULT_GRACE_MS, ...records.map(powerOffGraceMs)) + AFTER_GRACE_MS;
}
