/** What a person wants to keep. */
export interface VolumeSpec {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Sizes are whole MiB: as the wire has them, and as LVM can give them. */
export const VOLUME_UNIT_BYTES = 1024 * 1024;
/** Smaller, an ext4 with a journal is mostly the journal. */
export const VOLUME_MIN_BYTES = 16 * VOLUME_UNIT_BYTES;
/** What one ext4 with blocks of 4 KiB can hold. */
export const VOLUME_MAX_BYTES = 16 * 1024 ** 4;
export const VOLUME_DEFAULT_BYTES = 512 * VOLUME_UNIT_BYTES;
