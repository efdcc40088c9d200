import type { SnapshotSchedule } from '../../resource/volume/snapshot.ts';

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

/** The moment, by two clocks. */
export interface ScheduleClock {
  /** Milliseconds since 1970; may be set at any time, and may begin anywhere at a boot. */
  readonly now: number;
  /** Milliseconds, by a monotonic clock, since this run of capsuled took the last one, or began. */
  readonly ranMs: number;
}

/**
 * When the next one is due: at once when there is none, and once, however many were missed. A clock behind the one
 * that was taken last is wrong, or was wrong then: from there on the time that passes counts, and a boot is no reason
 * for one. A clock that was corrected by seconds is not behind. Pure.
 */
export function planSnapshot(
  { everySeconds }: SnapshotSchedule,
  taken: readonly ScheduledBefore[],
  { now, ranMs }: ScheduleClock,
): SnapshotPlan {
  const last = taken.at(-1);
  if (last === undefined) return { isDue: true, waitMs: 0 };
  const periodMs = everySeconds * 1000;
  const isBehind = last.createdAt > now + periodMs * CORRECTION_SHARE;
  const waitMs = Math.max(isBehind ? periodMs - ranMs : last.createdAt + periodMs - now, 0);
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
