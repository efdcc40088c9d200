import type { SnapshotRef } from '../resource/volume/snapshot.ts';

/** One volume as the backend finds it. */
export interface VolumeSeen {
  readonly name: string;
  /** The UUID of its filesystem, with which the volume was made. Absent where there is no filesystem. */
  readonly uid?: string;
  /** The capacity of the device. */
  readonly sizeBytes: number;
  /** Space in use in the pool. */
  readonly usedBytes: number;
  /** Free space in its filesystem; absent where there is no filesystem. */
  readonly freeBytes?: number;
  /** Where it is mounted; absent while it is not. */
  readonly hostPath?: string;
}

export interface NewVolume {
  readonly name: string;
  /** A UUID. */
  readonly uid: string;
  readonly sizeBytes: number;
}

/** One snapshot as the backend finds it. */
export interface SnapshotSeen extends SnapshotRef {
  readonly sizeBytes: number;
  /** Space in use in the pool, without that of the volume itself. */
  readonly usedBytes: number;
}

/** The origin of a volume: a snapshot, or a file with the image of a filesystem. */
export type VolumeOrigin = SnapshotRef | { readonly image: string };

/** A folder inside of a volume. */
export interface VolumeFolder {
  /** A name that no other folder of the same volume has, of digits, lower-case letters, `-` and `.`. */
  readonly place: string;
  /** As `problemOfSubPath` allows it. */
  readonly subPath: string;
  /** Made where it is missing, with owner and mode of the folder that holds it. */
  readonly isMade: boolean;
}

/** `mounted`: by the capsule, at its `hostPath`. `lent`: to a microVM, which mounts its `devicePath`. */
export type VolumeUse = 'mounted' | 'lent';

/** The storage of the volumes. */
export interface VolumePool {
  readonly ok: boolean;
  /** For people: what it is, or why it cannot be used. */
  readonly detail: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** `instant`, whatever the size; or a `copy` of what is in use, which takes its time and its room. */
  readonly snapshots: 'instant' | 'copy';
  /** Of a thin pool: it can be full before the data is. */
  readonly metadataPercent?: number;
}
