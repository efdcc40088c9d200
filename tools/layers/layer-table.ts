/** Who may import whom: the table of docs/architecture.md. */
export interface Layer {
  /** Packages it may import, or single exports of them: `api/wire`. */
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
  // In three exports; which of its folders run in a browser, FOLDERS says.
  api: { uses: ['core'] },
  engine: { uses: ['core'] },
  host: { uses: ['core'] },
  drivers: { uses: ['core', 'host'] },
  // Who asks it, and from where, depends on the bridge.
  names: { uses: ['core', 'host'], tests: ['drivers'] },
  daemon: {
    uses: ['core', 'api/wire', 'api/server', 'engine', 'host', 'drivers', 'names'],
    only: { drivers: ['src/system/'], names: ['src/system/'], host: ['src/system/'] },
  },
  cli: { uses: ['core', 'api/wire', 'api/node'] },
  imager: { uses: ['core', 'host'] },
  launcher: { uses: ['core', 'host', 'api/wire', 'api/node', 'imager'] },
  testkit: { uses: ['core', 'api/wire', 'api/node', 'engine', 'host', 'imager', 'launcher'] },
  // Folders that are no packages.
  tools: { uses: ['core', 'api/wire', 'cli', 'host', 'testkit'] },
  test: { uses: ['core', 'api/wire', 'api/node', 'host', 'launcher', 'testkit'] },
  bench: { uses: ['core', 'api/wire', 'api/node', 'host', 'imager', 'testkit'] },
  native: { uses: ['testkit'] },
};

/** A folder of a package's `src`, or one file beside its folders. */
export interface Folder {
  /** Folders of the same package that it may import. */
  readonly uses: readonly string[];
  /** What its `*.test.ts` may import on top. */
  readonly tests?: readonly string[];
  /** Runs in a browser too: nothing of Node, and nothing of folders that are not pure. */
  readonly pure?: true;
}

/**
 * By the path in `src`; the longest row holds a file. A file without a row that stands beside the
 * folders (`index.ts`, `system.ts`) composes them: it may import all, and no folder may import it.
 */
export type Folders = Readonly<Record<string, Folder>>;

/** Packages with walls inside. Each of their folders has a row, and the rows form no circle. */
export const FOLDERS: Readonly<Record<string, Folders>> = {
  api: {
    gen: { uses: [], pure: true },
    'errors.ts': { uses: [], pure: true },
    wire: { uses: ['errors.ts', 'gen'], pure: true },
    client: { uses: ['errors.ts', 'gen', 'wire'], pure: true },
    // For either side of a connection, on Node.
    frame: { uses: [] },
    http2: { uses: [] },
    node: { uses: ['client', 'errors.ts', 'http2'], tests: ['gen', 'testing', 'wire'] },
    server: { uses: ['gen'], tests: ['node', 'testing'] },
    testing: { uses: [] },
    // The three exports.
    'wire.ts': { uses: ['client', 'errors.ts', 'gen', 'wire'], pure: true },
    'node.ts': { uses: ['frame', 'http2', 'node'] },
    'server.ts': { uses: ['frame', 'http2', 'server'] },
  },
  daemon: {
    config: { uses: [] },
    // The schema, and the rows of cells that workloads are.
    store: { uses: [], tests: ['event', 'network', 'pause', 'registry', 'volume'] },
    // The nouns, each of which knows only those that are named here.
    event: { uses: [] },
    image: { uses: [] },
    pause: { uses: [], tests: ['store'] },
    registry: { uses: [], tests: ['store'] },
    volume: { uses: ['event', 'pause'], tests: ['store', 'testing'] },
    'workload/errors.ts': { uses: [] },
    network: { uses: ['store', 'workload/errors.ts'], tests: ['store'] },
    workload: {
      uses: ['event', 'network', 'pause', 'store', 'volume', 'workload/errors.ts'],
      tests: ['system'],
    },
    manifest: { uses: ['registry', 'volume', 'workload'], tests: ['store', 'system'] },
    capsule: { uses: ['store', 'workload'] },
    // Translates the wire: the one folder of nouns that all of them come together in.
    api: {
      uses: [
        'capsule',
        'event',
        'image',
        'manifest',
        'registry',
        'store',
        'volume',
        'workload',
        'workload/errors.ts',
      ],
      tests: ['testing'],
    },
    // Puts everything together.
    system: {
      uses: [
        'api',
        'capsule',
        'config',
        'event',
        'image',
        'manifest',
        'network',
        'pause',
        'registry',
        'store',
        'volume',
        'workload',
      ],
    },
    testing: { uses: ['system', 'volume'] },
  },
  drivers: {
    // Ground that drivers share. `image` is the port by which microVMs reach what containerd holds.
    cgroup: { uses: [] },
    'files-program': { uses: [] },
    image: { uses: ['oci'] },
    oci: { uses: [] },
    // The drivers, which know nothing of one another.
    containerd: {
      uses: [
        'cgroup',
        'containerd/client',
        'containerd/exec',
        'containerd/files',
        'containerd/image',
        'containerd/runtime',
        'containerd/user',
        'oci',
      ],
    },
    'containerd/client': { uses: ['containerd/errors.ts', 'containerd/gen'] },
    'containerd/errors.ts': { uses: [] },
    'containerd/exec': {
      uses: [
        'cgroup',
        'containerd/client',
        'containerd/errors.ts',
        'containerd/gen',
        'containerd/runtime',
        'containerd/user',
        'oci',
      ],
      tests: ['containerd', 'containerd/image'],
    },
    'containerd/files': {
      uses: [
        'containerd/client',
        'containerd/errors.ts',
        'containerd/gen',
        'containerd/runtime',
        'files-program',
        'oci',
      ],
    },
    'containerd/gen': { uses: [] },
    'containerd/image': {
      uses: [
        'containerd/client',
        'containerd/errors.ts',
        'containerd/gen',
        'containerd/user',
        'image',
        'oci',
      ],
    },
    'containerd/runtime': {
      uses: [
        'cgroup',
        'containerd/client',
        'containerd/errors.ts',
        'containerd/gen',
        'containerd/image',
        'containerd/user',
        'image',
        'oci',
      ],
    },
    'containerd/user': {
      uses: ['containerd/client', 'containerd/errors.ts', 'containerd/gen', 'image', 'oci'],
    },
    kinds: { uses: [] },
    'log-files': { uses: [] },
    microvm: {
      uses: [
        'image',
        'microvm/disk',
        'microvm/guest',
        'microvm/record',
        'microvm/runtime',
        'microvm/vmm',
        'oci',
      ],
    },
    'microvm/disk': { uses: ['image', 'microvm/errors.ts'] },
    'microvm/errors.ts': { uses: [] },
    'microvm/files': { uses: ['files-program', 'microvm/gen', 'microvm/guest', 'microvm/vmm'] },
    'microvm/gen': { uses: [] },
    'microvm/guest': { uses: ['microvm/errors.ts', 'microvm/gen', 'microvm/record', 'oci'] },
    'microvm/process': { uses: ['cgroup'] },
    'microvm/record': { uses: ['microvm/process', 'oci'] },
    'microvm/runtime': {
      uses: [
        'cgroup',
        'image',
        'microvm/disk',
        'microvm/errors.ts',
        'microvm/files',
        'microvm/gen',
        'microvm/guest',
        'microvm/process',
        'microvm/record',
        'microvm/vmm',
        'oci',
      ],
    },
    'microvm/vmm': { uses: ['microvm/errors.ts', 'microvm/process'], tests: ['microvm/runtime'] },
    'port-listeners': { uses: [] },
    registry: { uses: [] },
    'service-probe': { uses: [] },
    'space-network': { uses: [] },
    volume: { uses: ['files-program'], tests: ['microvm/vmm'] },
  },
};

/** Packages of others that run on Node alone. */
export const NODE_PACKAGES: readonly string[] = ['@connectrpc/connect-node'];

/** What every `*.test.ts` may import on top of its layer. */
export const FOR_TESTS: readonly string[] = ['testkit'];
