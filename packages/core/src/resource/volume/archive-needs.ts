import { VOLUME_MAX_BYTES, VOLUME_MIN_BYTES, VOLUME_UNIT_BYTES } from './volume.ts';

/** The space and inodes that the files of a tar archive need. */
export interface ArchiveNeeds {
  /** Objects that take an inode. */
  readonly entries: number;
  /** Data and folders in whole blocks; holes take none. */
  readonly bytes: number;
  /** Of the volume that it was exported from; undefined for an archive of other origin. */
  readonly volumeBytes: number | undefined;
}

const MIB = VOLUME_UNIT_BYTES;
const INODE_BYTES = 256;
/** mke2fs.conf(5): in filesystems below 512 MiB there is an inode for each 4 KiB. */
const SMALL_BYTES = 512 * MIB;
const RATIO = { small: 4096, usual: 16_384, big: 32_768 } as const;
const BIG_BYTES = 4 * 1024 ** 4;
/** mke2fs(8): bytes of the journal, from a size of filesystem on. */
const JOURNALS = [
  [128 * 1024 * MIB, 1024 * MIB],
  [64 * 1024 * MIB, 512 * MIB],
  [32 * 1024 * MIB, 256 * MIB],
  [16 * 1024 * MIB, 128 * MIB],
  [2 * 1024 * MIB, 64 * MIB],
  [1024 * MIB, 32 * MIB],
  [128 * MIB, 16 * MIB],
  [0, 4 * MIB],
] as const;
/** Descriptors, bitmaps, copies of the superblock, trees of extents, folders that grew. */
const SLACK = 1.04;
const LEAST_SLACK_BYTES = 2 * MIB;

/** The least size, in whole MiB, of a volume that takes what an archive holds. Never too small. Pure. */
export function leastVolumeBytes({ entries, bytes }: ArchiveNeeds): number {
  let [least, most] = [VOLUME_MIN_BYTES / MIB, VOLUME_MAX_BYTES / MIB];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (holds(middle * MIB, entries, bytes)) most = middle;
    else least = middle + 1;
  }
  return least * MIB;
}

function holds(sizeBytes: number, entries: number, bytes: number): boolean {
  const inodes = sizeBytes / ratioOf(sizeBytes);
  const [, journal] = JOURNALS.find(([from]) => sizeBytes >= from) ?? JOURNALS[0];
  const room = sizeBytes - inodes * INODE_BYTES - journal;
  return inodes >= entries * 1.01 + 32 && room >= bytes * SLACK + LEAST_SLACK_BYTES;
}

function ratioOf(sizeBytes: number): number {
  if (sizeBytes < SMALL_BYTES) return RATIO.small;
  return sizeBytes < BIG_BYTES ? RATIO.usual : RATIO.big;
}
