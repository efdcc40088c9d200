/** Who a container's program runs as. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /**
   * Supplementary groups. `gid` is among them, so that files which refuse a group refuse it too after
   * a program gave up its first group.
   */
  readonly additionalGids: readonly number[];
  readonly home: string;
}
