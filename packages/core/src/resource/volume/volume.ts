import type { CellId } from '../cell/cell-id.ts';
import type { SnapshotRef, SnapshotSchedule } from './snapshot.ts';
import type { VolumeFilling } from './volume-filling.ts';

/** The spec of a volume. */
export interface VolumeSpec {
  readonly name: string;
  readonly sizeBytes: number;
  /** Absent: only those that are asked for. */
  readonly snapshotSchedule?: SnapshotSchedule;
}

/** Sizes are whole MiB: as the wire has them, and as LVM can give them. */
export const VOLUME_UNIT_BYTES = 1024 * 1024;

/** Rounds up, so that the requested size fits; `get` and `diff` show the rounded size. */
export function roundUpToUnit(bytes: number): number {
  return Math.ceil(bytes / VOLUME_UNIT_BYTES) * VOLUME_UNIT_BYTES;
}

/** Smaller, an ext4 with a journal is mostly the journal. */
export const VOLUME_MIN_BYTES = 16 * VOLUME_UNIT_BYTES;
/** The most that one ext4 with blocks of 4 KiB can hold. */
export const VOLUME_MAX_BYTES = 16 * 1024 ** 4;
export const VOLUME_DEFAULT_BYTES = 512 * VOLUME_UNIT_BYTES;

/**
 * After a crash `importing` is undone, and all others are finished. Only a `ready` one can be attached.
 */
export type VolumeStage = 'creating' | 'importing' | 'ready' | 'restoring' | 'deleting';

/** A volume as it is stored. */
export interface VolumeRecord extends VolumeSpec {
  /** The UUID of its filesystem. */
  readonly uid: string;
  readonly stage: VolumeStage;
  readonly filling: VolumeFilling;
  /** The snapshot it is made of or restored from, during that operation. */
  readonly source?: SnapshotRef;
  /** The cell whose containers have it mounted, or are about to. */
  readonly holder?: CellId;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** `orphaned`: storage that no record speaks of. `lost`: a record whose storage is gone. */
export type VolumeState = VolumeStage | 'orphaned' | 'lost';

/** A volume as it is shown: what is stored of it, with what the backend finds. */
export interface Volume extends VolumeSpec {
  readonly state: VolumeState;
  readonly usedBytes: number;
  readonly hostPath?: string;
  /** The name of the cell. */
  readonly holder?: string;
  /** Milliseconds since 1970; absent for an orphaned one. */
  readonly createdAt?: number;
}
