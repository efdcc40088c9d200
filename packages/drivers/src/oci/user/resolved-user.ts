/** The user and the groups of a container's program. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /**
   * Supplementary groups. They include `gid`, so a file that refuses a group also refuses it after a program
   * gave up its first group.
   */
  readonly additionalGids: readonly number[];
  readonly home: string;
}
