import type { SnapshotRef } from '../resource/snapshot.ts';

/** Volumes as streams of bytes. Leaving an iteration ends it. Fails as `VolumeBackend` and with `FILES_*`. */
export interface VolumeArchives {
  /** Bytes of the image of a snapshot. Fails with `VOLUME_SNAPSHOT_MISSING`. */
  imageBytes(ref: SnapshotRef, signal?: AbortSignal): Promise<number>;
  /** The filesystem of a snapshot, byte for byte, from an offset on. */
  readImage(ref: SnapshotRef, offset: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** The files of a snapshot as tar(5), the same each time. */
  packTree(ref: SnapshotRef, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Unpacks files, with owners, in a detached volume. */
  unpackTree(
    volume: string,
    archive: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Files on their way to a capsule, which outlive a cut connection and capsuled. */
export interface UploadStore {
  /** Bytes that are there; 0 for a new one. One with the same name and another id gives way to it. */
  open(name: string, id: string): Promise<number>;
  /** Adds what comes, from the offset on. Zeros take no room. */
  append(name: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  /** The path of the file. */
  path(name: string): Promise<string>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
  /** Removes what nothing was added to since a moment, in milliseconds since 1970. */
  prune(since: number): Promise<void>;
}
