/** Makes files of the repository out of others. */
export interface Generator {
  /** Paths, relative to the root, of the folders and files it owns completely. */
  readonly outputs: readonly string[];
  /** Writes all outputs below `folder`, at the same relative paths. Reads from the root only. */
  write(folder: string): Promise<void>;
}
