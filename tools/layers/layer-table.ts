/** Who may import whom: the table of docs/architecture.md. */
export interface Layer {
  /** Packages (or top folders) it may import. */
  readonly uses: readonly string[];
  /** Where in it a package of `uses` may be imported, when not everywhere. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** What its `*.test.ts` may import on top, beside `FOR_TESTS`. */
  readonly tests?: readonly string[];
  /** Runs in a browser too: nothing of Node. */
  readonly pure?: true;
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  core: { uses: [], pure: true },
  api: { uses: ['core'] },
  engine: { uses: ['core'] },
  host: { uses: ['core'] },
  drivers: { uses: ['core', 'host'] },
  // Who asks it, and from where, depends on the bridge.
  names: { uses: ['core', 'host'], tests: ['drivers'] },
  daemon: {
    uses: ['core', 'api', 'engine', 'host', 'drivers', 'names'],
    only: { drivers: ['src/system/'], names: ['src/system/'], host: ['src/system/', 'src/boot/'] },
  },
  cli: { uses: ['core', 'api'] },
  console: { uses: ['core', 'api'], pure: true },
  imager: { uses: ['core', 'api', 'host'] },
  testkit: { uses: ['core', 'api', 'engine', 'host', 'imager'] },
  // Folders that are no packages.
  tools: { uses: ['core', 'api', 'cli', 'host', 'imager', 'testkit'] },
  test: { uses: ['core', 'api', 'host', 'imager', 'testkit'] },
  bench: { uses: ['core', 'api', 'host', 'imager', 'testkit'] },
  native: { uses: ['core', 'api', 'host', 'testkit'] },
};

/** A folder of a package's `src`, or one file beside its folders. */
export interface Folder {
  /** Folders of the same package that it may import. */
  readonly uses: readonly string[];
  /** What its `*.test.ts` may import on top. */
  readonly tests?: readonly string[];
}

/**
 * By the path in `src`; the longest row holds a file. A file without a row that stands beside the
 * folders (`index.ts`, `system.ts`) composes them: it may import all, and no folder may import it.
 */
export type Folders = Readonly<Record<string, Folder>>;

/** Packages with walls inside. Each of their folders has a row, and the rows form no circle. */
export const FOLDERS: Readonly<Record<string, Folders>> = {
  drivers: {
    // Ground that containers and microVMs share.
    cgroup: { uses: [] },
    'files-program': { uses: [] },
    image: { uses: ['oci'] },
    oci: { uses: [] },
    // The drivers beside each other.
    bridge: { uses: [], tests: ['containerd'] },
    containerd: { uses: ['cgroup', 'files-program', 'image', 'oci'] },
    kinds: { uses: [] },
    'log-files': { uses: [] },
    microvm: { uses: ['cgroup', 'files-program', 'image', 'oci'] },
    'port-listeners': { uses: [] },
    registry: { uses: [] },
    'service-probe': { uses: [] },
    volume: { uses: ['files-program'], tests: ['microvm'] },
  },
};

/** What every `*.test.ts` may import on top of its layer. */
export const FOR_TESTS: readonly string[] = ['testkit'];
