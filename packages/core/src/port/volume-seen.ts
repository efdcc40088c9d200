import type { SnapshotRef } from '../resource/volume/snapshot.ts';

/** One volume as the backend finds it, whoever made it. */
export interface VolumeSeen {
  readonly name: string;
  /** Of its filesystem: the identity that the volume was made with. Absent where there is none. */
  readonly uid?: string;
  /** What the device holds at the most. */
  readonly sizeBytes: number;
  /** What it takes of the pool now. */
  readonly usedBytes: number;
  /** What can still be written to its filesystem; absent where there is none. */
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

/** One snapshot as the backend finds it, whoever took it. */
export interface SnapshotSeen extends SnapshotRef {
  readonly sizeBytes: number;
  /** What it takes of the pool beside its volume. */
  readonly usedBytes: number;
}

/** What a volume is made of: a snapshot, or a file with the image of a filesystem. */
export type VolumeOrigin = SnapshotRef | { readonly image: string };

/** A folder inside of a volume. */
export interface VolumeFolder {
  /** Tells it from others of the same volume. */
  readonly index: number;
  /** As `problemOfSubPath` allows it. */
  readonly subPath: string;
  /** Made where it is missing, with owner and mode of the folder that holds it. */
  readonly isMade: boolean;
}

/** `mounted`: by the capsule, at its `hostPath`. `lent`: to a microVM, which mounts its `devicePath`. */
export type VolumeUse = 'mounted' | 'lent';

/** What the volumes are made of. */
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
