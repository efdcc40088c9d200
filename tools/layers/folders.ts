/** A folder of a package's `src`, or one file beside its folders. */
export interface Folder {
  /** Folders of the same package that it may import. */
  readonly uses: readonly string[];
  /** Further imports of its `*.test.ts`. */
  readonly tests?: readonly string[];
  /** Runs in a browser too: nothing of Node, and nothing of folders that are not pure. */
  readonly pure?: true;
}

/**
 * By the path in `src`; the longest row holds a file. A file without a row that stands beside the
 * folders (`index.ts`, `system.ts`) composes them: it may import all, and no folder may import it.
 */
export type Folders = Readonly<Record<string, Folder>>;
