/** One cgroup of the capsule's hierarchy under cgroup v2. */
export interface CgroupSeen {
  /** From the root of cgroups: `/kukeon/main`. */
  readonly path: string;
  /** Controllers that it can use. */
  readonly controllers: readonly string[];
  /** Controllers that it passes on to those below it. */
  readonly delegated: readonly string[];
  readonly isThreaded: boolean;
  /** It holds other cgroups. */
  readonly hasChildren: boolean;
  /** Processes directly in it. */
  readonly pids: readonly number[];
}

export interface CgroupsSeen {
  /** One hierarchy (v2), rather than one for each controller (v1). */
  readonly isUnified: boolean;
  /** The controllers of the machine that limit containers, of `cpu`, `memory`, `pids` and `io`. */
  readonly controllers: readonly string[];
  /** The cgroups of realms, spaces, stacks and cells and those above them, outer ones first. */
  readonly inner: readonly CgroupSeen[];
}

/** Reads the cgroups that hold others. Changes nothing. */
export interface CgroupTree {
  inspect(): Promise<CgroupsSeen>;
}
