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

/**
 * When the next one is due: at once when there is none, and once, however many were missed. One from the
 * future says nothing: the clock was set back.
 */
export function planSnapshot(
  { everySeconds }: SnapshotSchedule,
  before: readonly ScheduledBefore[],
  now: number,
): SnapshotPlan {
  const past = before.map(({ createdAt }) => createdAt).filter((at) => at <= now);
  const waitMs = Math.max(Math.max(...past) + everySeconds * 1000 - now, 0);
  return { isDue: waitMs === 0, waitMs };
}

/** Those that are more than wished: the oldest. */
export function surplusSnapshots(
  { keep }: SnapshotSchedule,
  before: readonly ScheduledBefore[],
): readonly string[] {
  const sorted = [...before].sort((a, b) => a.createdAt - b.createdAt);
  return sorted.slice(0, Math.max(sorted.length - keep, 0)).map(({ snapshot }) => snapshot);
}

/** `auto-20261128-064500`, in UTC. */
export function snapshotNameAt(prefix: string, now: number): string {
  const digits = new Date(now).toISOString().replaceAll(/\D/g, '');
  return `${prefix}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}
