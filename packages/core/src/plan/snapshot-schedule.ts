import type { SnapshotSchedule } from '../resource/snapshot.ts';

export interface ScheduledBefore {
  readonly snapshot: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface SnapshotPlan {
  readonly isDue: boolean;
  /** Milliseconds until one is due; 0 when it is. */
  readonly waitMs: number;
}

/** A clock that was set back by less than this share of a period has been corrected, not set wrong. */
const CORRECTION_SHARE = 0.1;

/**
 * When the next one is due: at once when there is none, and once, however many were missed. One from the
 * future does not count, since the clock was set back; one from a little ahead does, so that a clock which is
 * corrected by seconds causes no second snapshot. Pure.
 */
export function planSnapshot(
  { everySeconds }: SnapshotSchedule,
  before: readonly ScheduledBefore[],
  now: number,
): SnapshotPlan {
  const periodMs = everySeconds * 1000;
  const latest = now + periodMs * CORRECTION_SHARE;
  const taken = before.map(({ createdAt }) => createdAt).filter((at) => at <= latest);
  const waitMs = Math.max(Math.max(...taken) + periodMs - now, 0);
  return { isDue: waitMs === 0, waitMs };
}

/**
 * Those that are more than `keep`, of snapshots in the order in which they were taken: the first ones, whatever
 * the clock showed. The last one is never among them. Pure.
 */
export function surplusSnapshots(
  { keep }: SnapshotSchedule,
  taken: readonly ScheduledBefore[],
): readonly string[] {
  const surplus = Math.max(taken.length - Math.max(keep, 1), 0);
  return taken.slice(0, surplus).map(({ snapshot }) => snapshot);
}

/** `auto-20261128-064500`, in UTC. */
export function snapshotNameAt(prefix: string, now: number): string {
  const digits = new Date(now).toISOString().replaceAll(/\D/g, '');
  return `${prefix}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}
