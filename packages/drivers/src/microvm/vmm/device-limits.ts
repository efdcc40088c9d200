/** What each disk and each link of a machine may carry; absent: as much as it can. */
export interface DeviceLimits {
  /** Read and written together. */
  readonly diskBytesPerSecond?: number;
  /** In each direction. */
  readonly linkBytesPerSecond?: number;
}

/** Of random bytes: a guest wants few of them, and can ask for them without end. */
export const RANDOM_BYTES_PER_SECOND = 64 * 1024;
