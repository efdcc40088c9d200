import type { VolumeFilling } from './volume-filling.ts';

/** A snapshot by the volume that it was taken of. People write it as `data@before-upgrade`. */
export interface SnapshotRef {
  readonly volume: string;
  readonly snapshot: string;
}

/**
 * Why there is one. Of `scheduled` ones the oldest go when there are more than the schedule keeps. One that serves a
 * `clone` goes with it, and one that serves an `export` when that is over, or given up.
 */
export type SnapshotOrigin = 'asked' | 'scheduled' | 'clone' | 'export';
/** `creating` is undone after a crash, `deleting` finished. */
export type SnapshotStage = 'creating' | 'ready' | 'deleting';

/** A snapshot as it is stored. */
export interface SnapshotRecord extends SnapshotRef {
  readonly origin: SnapshotOrigin;
  readonly stage: SnapshotStage;
  /** Of the volume at that moment. */
  readonly sizeBytes: number;
  readonly filling: VolumeFilling;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A snapshot as it is shown. */
export interface Snapshot extends Omit<SnapshotRecord, 'stage' | 'filling'> {
  /** `orphaned`: storage that no record speaks of. `lost`: a record whose storage is gone. */
  readonly state: SnapshotStage | 'orphaned' | 'lost';
  /** Space in use in the pool, without that of the volume itself. */
  readonly usedBytes: number;
}

/** Snapshots that a volume makes by itself. */
export interface SnapshotSchedule {
  /** Seconds from one to the next. */
  readonly everySeconds: number;
  /** How many of them are kept. */
  readonly keep: number;
}

export const SNAPSHOT_EVERY_MIN_SECONDS = 60;
export const SNAPSHOT_KEEP_MAX = 1000;

/** As people write it. */
export function formatSnapshotRef({ volume, snapshot }: SnapshotRef): string {
  return `${volume}@${snapshot}`;
}

/** Whether people see it: the others are the capsule's own. */
export function isForPeople({ origin }: Pick<SnapshotRecord, 'origin'>): boolean {
  return origin === 'asked' || origin === 'scheduled';
}
