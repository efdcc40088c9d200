import type { SnapshotRef } from '../resource/volume/snapshot.ts';
import type {
  NewVolume,
  SnapshotSeen,
  VolumeFolder,
  VolumeOrigin,
  VolumePool,
  VolumeSeen,
  VolumeUse,
} from './volume-seen.ts';

/**
 * Block devices with ext4, by name. Every call is idempotent and may be repeated after a crash in the
 * middle of it. Two calls about one volume never overlap: the caller sees to that. Errors are `VOLUME_*`.
 */
export interface VolumeBackend {
  readonly kind: 'lvm-thin' | 'loop-file';
  /** Never fails: `detail` says what is wrong. */
  probe(signal?: AbortSignal): Promise<VolumePool>;
  /** Every complete volume; an interrupted creation leaves none. */
  list(signal?: AbortSignal): Promise<readonly VolumeSeen[]>;
  /** Returns the attached volumes and how each is used; cheap. */
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
  /** Opens it for a microVM, which mounts it: see `devicePath`. Attached until `detach`. Fails as `attach`. */
  lend(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Makes folders of an attached volume appear each at its `folderPath`, instead of what was there before. Other
   * places stay as they are: containers of one cell may start at the same time. No part of a path may be a link.
   * They go with `detach`. Fails with `VOLUME_FOLDER_UNUSABLE`. Idempotent.
   */
  bindFolders(name: string, folders: readonly VolumeFolder[], signal?: AbortSignal): Promise<void>;
  folderPath(name: string, place: string): string;
  /** The device or file that holds one that is lent. */
  devicePath(name: string): string;
  /** Whether an attached volume has no content, apart from what mkfs makes. */
  isEmpty(name: string): Promise<boolean>;
  /** Whether the outermost folder of an attached volume has an entry of this name, which may be a link. */
  holds(name: string, entry: string): Promise<boolean>;
  /** Removes all that is in an attached one. */
  clear(name: string): Promise<void>;
  /** Everything that was written is on the disk after it. Fails with `VOLUME_BUSY`. */
  detach(name: string, signal?: AbortSignal): Promise<void>;
  /** Detached ones only; also what a creation left. The data is gone after it. */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Keeps the content of a volume at one moment, with a mounted filesystem frozen. A snapshot of this name is
   * left as it is; an interrupted one does not count as a snapshot. Fails with `VOLUME_MISSING`.
   */
  snapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void>;
  /** Every snapshot that is whole. */
  listSnapshots(signal?: AbortSignal): Promise<readonly SnapshotSeen[]>;
  /** Also what taking it has left. */
  removeSnapshot(ref: SnapshotRef, signal?: AbortSignal): Promise<void>;
  /** Thaws filesystems that a killed capsuled left frozen. */
  thaw(): Promise<void>;
  /** Gives what deleted files took back to the pool, of every attached volume. */
  trim(signal?: AbortSignal): Promise<void>;
}
