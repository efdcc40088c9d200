import type { ContainerRef } from '../resource/cell/container-ref.ts';
import type { ByteSink, ByteSource } from './byte-connection.ts';

export type PathType = 'none' | 'file' | 'folder' | 'link' | 'other';

/** The entry at a path of a container. */
export interface PathSeen {
  readonly type: PathType;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Of a symbolic link: as it is written, and what it leads to inside of the container. */
  readonly link?: { readonly target: string; readonly behind: PathType };
}

/** A path of a container, which is absolute and means nothing outside of it. */
export interface ContainerPath {
  readonly ref: ContainerRef;
  readonly path: string;
  /**
   * Where something is mounted while the container runs. While it does not, nothing is read or written there: that
   * fails with `FILES_UNMOUNTED`, whichever link or name leads there.
   */
  readonly mountPaths?: readonly string[];
}

/** Takes what a copy left out or did not keep, as a line that begins with its path. */
export type FilesWarn = (warning: string) => void;

/** How an archive is packed. */
export interface PackRules {
  readonly warn?: FilesWarn;
}

/** How an archive is unpacked. */
export interface UnpackRules {
  /** Owners, attributes, devices and named pipes as in the archive; else root's, and left out. */
  readonly keepOwner: boolean;
  readonly warn?: FilesWarn;
}

/**
 * The files of containers, running or not, without any help from inside: nothing of the container is
 * run, and no link leads out of its root. Fails with `FILES_*`.
 */
export interface ContainerFiles {
  look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen>;
  /**
   * A tar archive of a file or folder; its first entry is the last part of the path, or `.` for a path
   * that ends in `/.`. Sockets are left out, with a warning. Leaving the iteration ends it.
   */
  pack(at: ContainerPath, signal?: AbortSignal, warn?: FilesWarn): AsyncIterable<Uint8Array>;
  /** Sends the archive that `pack` yields. Returns its size. */
  packTo(at: ContainerPath, to: ByteSink, how: PackRules, signal?: AbortSignal): Promise<number>;
  /**
   * Unpacks a tar archive in a folder, which it creates if needed. Files written before a failure stay. Returns
   * the size of what came, with all that follows the archive.
   */
  unpack(
    at: ContainerPath,
    archive: ByteSource,
    how: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Copies the contents of a folder of the container, with all metadata, into a folder of the capsule. Gives
   * that folder the metadata of the copied one, and syncs all of it to the disk. Does nothing if the container
   * has no such folder.
   */
  copyOut(at: ContainerPath, folder: string, signal?: AbortSignal): Promise<void>;
}
