import type { SnapshotRef } from '../resource/snapshot.ts';

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

/**
 * Block devices with ext4, by name. Every call is idempotent and may be repeated after a crash in the
 * middle of it. Two calls about one volume never overlap: the caller sees to that. Errors are `VOLUME_*`.
 */
export interface VolumeBackend {
  readonly kind: 'lvm-thin' | 'loop-file';
  /** Never fails: `detail` says what is wrong. */
  probe(signal?: AbortSignal): Promise<VolumePool>;
  /** Every volume that is whole. What a creation that was cut short has left is not one. */
  list(signal?: AbortSignal): Promise<readonly VolumeSeen[]>;
  /** Who is in use now, and how; cheap. */
  attached(): Promise<ReadonlyMap<string, VolumeUse>>;
  /** Where a volume is mounted while it is attached. */
  hostPath(name: string): string;
  /**
   * Made in a place aside and moved to its name when it is whole; empty, or with what a snapshot or an
   * image holds. Fails with `VOLUME_FOREIGN`; for a snapshot with `VOLUME_SNAPSHOT_MISSING`; for an image
   * that is no ext4 with `VOLUME_IMAGE_INVALID`; for both with `VOLUME_DAMAGED`.
   */
  create(volume: NewVolume, from?: VolumeOrigin, signal?: AbortSignal): Promise<void>;
  /** Puts what a snapshot holds in the place of what a detached volume holds. Fails as `create`. */
  restore(volume: NewVolume, from: SnapshotRef, signal?: AbortSignal): Promise<void>;
  /**
   * Device and filesystem, attached or not. Smaller than now is a success that changes nothing. Fails
   * with `VOLUME_MISSING`, `VOLUME_DAMAGED`, and with `VOLUME_GROWS_DETACHED` where this machine cannot do
   * it under a workload: then it is finished by the next try after `detach`.
   */
  grow(name: string, sizeBytes: number, signal?: AbortSignal): Promise<void>;
  /** Mounts it, and answers where. Fails with `VOLUME_MISSING`, `VOLUME_BUSY`, `VOLUME_DAMAGED`. */
  attach(name: string, signal?: AbortSignal): Promise<{ readonly hostPath: string }>;
  /**
   * Opens it for a microVM, which mounts it itself: see `devicePath`. It counts as attached until `detach`.
   * Fails as `attach`.
   */
  lend(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Makes folders of an attached volume appear each at its `folderPath`, in the place of those of before. No part of
   * a path may be a link. They go with `detach`. Fails with `VOLUME_FOLDER_UNUSABLE`. Idempotent.
   */
  bindFolders(name: string, folders: readonly VolumeFolder[], signal?: AbortSignal): Promise<void>;
  folderPath(name: string, index: number): string;
  /** The device or file that holds one that is lent. */
  devicePath(name: string): string;
  /** Whether nobody has put anything into an attached one; what mkfs makes does not count. */
  isEmpty(name: string): Promise<boolean>;
  /** Removes all that is in an attached one. */
  clear(name: string): Promise<void>;
  /** Everything that was written is on the disk after it. Fails with `VOLUME_BUSY`. */
  detach(name: string, signal?: AbortSignal): Promise<void>;
  /** Detached ones only; also what a creation left. The data is gone after it. */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Keeps what a volume holds at one moment: a mounted filesystem is frozen for it. One of this name is
   * left as it is. What was cut short is no snapshot. Fails with `VOLUME_MISSING`.
   */
  snapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void>;
  /** Every snapshot that is whole. */
  listSnapshots(signal?: AbortSignal): Promise<readonly SnapshotSeen[]>;
  /** Also what taking it has left. */
  removeSnapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void>;
  /** Lets those write again whose filesystem a capsuled that was killed has left frozen. */
  thaw(): Promise<void>;
  /** Gives what deleted files took back to the pool, of every attached volume. */
  trim(signal?: AbortSignal): Promise<void>;
}
