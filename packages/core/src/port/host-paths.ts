/** Paths of the capsule that containers may bind. */
export interface HostPaths {
  /** Follows links. Synchronous, for an admission in its transaction. */
  exists(path: string): boolean;
}
