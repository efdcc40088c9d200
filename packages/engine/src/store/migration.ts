/** One step from version `n - 1` to `n`, where `n` is its place in the list, counted from 1. */
export interface Migration {
  readonly name: string;
  readonly up: string;
  /** The step back, for an older capsuled; data that only newer versions have is lost. Absent: no way back. */
  readonly down?: string;
}
