/** The throughput limits of each disk and each link of a machine; absent: unlimited. */
export interface DeviceLimits {
  /** Reads and writes together. */
  readonly diskBytesPerSecond?: number;
  /** In each direction. */
  readonly linkBytesPerSecond?: number;
}

/** The limit of random bytes: a guest needs few, but can request them without end. */
export const RANDOM_BYTES_PER_SECOND = 64 * 1024;
