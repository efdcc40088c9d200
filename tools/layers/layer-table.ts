/** The allowed imports between packages: the table of docs/architecture.md. */
export interface Layer {
  /** Packages it may import, or single exports of them: `api/wire`. */
  readonly uses: readonly string[];
  /** Where in it an entry of `uses` may be imported, when not everywhere. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** Further imports of its `*.test.ts`, in addition to `FOR_TESTS`. */
  readonly tests?: readonly string[];
  /** Runs in a browser too: nothing of Node. */
  readonly pure?: true;
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  core: { uses: [], pure: true },
  // In four exports; which of its folders run in a browser, FOLDERS says.
  api: { uses: ['core'] },
  engine: { uses: ['core'] },
  host: { uses: ['core'] },
  drivers: { uses: ['core', 'host'] },
  // Its clients and their addresses depend on the bridge.
  names: { uses: ['core', 'host'], tests: ['drivers'] },
  // The computer itself: boot slots.
  machine: { uses: ['core', 'host'] },
  daemon: {
    uses: ['core', 'api/wire', 'api/server', 'engine', 'host', 'drivers', 'machine', 'names'],
    only: {
      drivers: ['src/system/'],
      machine: ['src/system/'],
      names: ['src/system/'],
      host: ['src/system/'],
    },
  },
  cli: {
    uses: ['core', 'api/wire', 'api/node', 'api/remote', 'api/server'],
    // Its fake capsule; no program that ships.
    only: { 'api/server': ['src/testing/'] },
  },
  imager: { uses: ['core', 'host'] },
  launcher: { uses: ['core', 'host', 'api/wire', 'api/node', 'imager'] },
  testkit: {
    uses: ['core', 'api/wire', 'api/node', 'api/remote', 'engine', 'host', 'imager', 'launcher'],
    // Its fake capsule proves as a real one does.
    only: { 'api/remote': ['src/fakes/'] },
  },
  // Folders that are no packages.
  tools: { uses: ['core', 'api/wire', 'cli', 'host', 'testkit'] },
  test: { uses: ['core', 'api/wire', 'api/node', 'api/remote', 'host', 'launcher', 'testkit'] },
  bench: { uses: ['core', 'api/wire', 'api/node', 'api/remote', 'host', 'imager', 'testkit'] },
  native: { uses: ['testkit'] },
};

/** Packages of others that run on Node alone. */
export const NODE_PACKAGES: readonly string[] = ['@connectrpc/connect-node'];

/** Imports that every `*.test.ts` may have on top of its layer's. */
export const FOR_TESTS: readonly string[] = ['testkit'];
