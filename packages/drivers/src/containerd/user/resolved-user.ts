/** Who a container's program runs as. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, without `gid`. */
  readonly additionalGids: readonly number[];
  readonly home: string;
}
