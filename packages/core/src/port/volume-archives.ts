import type { ArchiveNeeds } from '../resource/volume/archive-needs.ts';
import type { SnapshotRef } from '../resource/volume/snapshot.ts';
import type { FilesWarn } from './container-files.ts';

/** The facts that an archive of a volume records, and the receiver of its warnings. */
export interface PackTree {
  /** Of the volume: an import of the archive makes one of the same size. */
  readonly sizeBytes: number;
  readonly warn?: FilesWarn;
  readonly signal?: AbortSignal;
}

/** Volumes as streams of bytes. Leaving an iteration ends it. Fails as `VolumeBackend` and with `FILES_*`. */
export interface VolumeArchives {
  /** Bytes of the image of a snapshot. Fails with `VOLUME_SNAPSHOT_MISSING`. */
  imageBytes(ref: SnapshotRef, signal?: AbortSignal): Promise<number>;
  /** The filesystem of a snapshot, byte for byte, from an offset on. */
  readImage(ref: SnapshotRef, offset: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * The files of a snapshot as tar(5), the same each time: with owners, attributes, devices and holes.
   * Sockets are left out, with a warning.
   */
  packTree(ref: SnapshotRef, how: PackTree): AsyncIterable<Uint8Array>;
  /** Measures the needs of a tar archive in a file, for the volume to create. Fails with `FILES_DAMAGED`. */
  measureTree(volume: string, file: string, signal?: AbortSignal): Promise<ArchiveNeeds>;
  /**
   * Unpacks files in a detached volume, with all that the archive has of them, those of its root too; then
   * all of it is on the disk.
   */
  unpackTree(
    volume: string,
    archive: AsyncIterable<Uint8Array>,
    how: Omit<PackTree, 'sizeBytes'>,
  ): Promise<void>;
}

/** Files on their way to a capsule, which outlive a cut connection and capsuled. */
export interface UploadStore {
  /** Bytes that are there; 0 for a new one. One with the same name and another id gives way to it. */
  open(name: string, id: string): Promise<number>;
  /** Adds what comes, from the offset on. Zeros take no room. Fails with `VOLUME_UPLOAD_FULL`. */
  append(name: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  /** The path of the file. */
  path(name: string): Promise<string>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
  /**
   * Removes the uploads that nothing was added to for so long. An upload that this capsuled used counts by the
   * monotonic clock too.
   */
  prune(keptMs: number): Promise<void>;
}
