export type TarType = 'file' | 'folder' | 'symlink' | 'hardlink' | 'fifo' | 'char' | 'block';

/** A part of a sparse file that is no hole. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** One object of an archive, without its content. Names are bytes, in no encoding. */
export interface TarEntry {
  /** As it is written, also with a slash at the end of a folder's. */
  readonly name: Buffer;
  readonly type: TarType;
  /** The low twelve bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Since 1970, negative before. */
  readonly mtimeNs: bigint;
  /** Of a file, holes included. */
  readonly sizeBytes: number;
  /** Of a sparse file, in order; the archive holds nothing else of it. */
  readonly ranges?: readonly DataRange[];
  /** Of a link. */
  readonly target: Buffer;
  /** Of a device. */
  readonly device: readonly [major: number, minor: number];
}

/** Headers, padding and the size of every entry count in these. */
export const BLOCK_BYTES = 512;

/** Zeros that fill the last block of `length` bytes. Pure. */
export function paddingOf(length: number): number {
  return (BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES;
}
