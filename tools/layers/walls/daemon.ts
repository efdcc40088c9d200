import type { Folders } from '../folders.ts';

/** Nouns beside each other; `api` and `system` bring them together. */
export const DAEMON: Folders = {
  config: { uses: [] },
  // The schema, and the rows of cells that workloads are.
  store: { uses: [], tests: ['event', 'pause', 'registry', 'testing', 'volume'] },
  // The nouns, each of which knows only those that are named here.
  bulk: { uses: [] },
  event: { uses: [] },
  // The rights of callers, and the record of their calls.
  identity: { uses: [], tests: ['identity/testing'] },
  'identity/testing': { uses: ['identity', 'store'] },
  audit: { uses: [], tests: ['store'] },
  image: { uses: [] },
  pause: { uses: [], tests: ['store'] },
  registry: { uses: [], tests: ['store'] },
  volume: { uses: ['event', 'pause'], tests: ['store', 'testing'] },
  'workload/errors.ts': { uses: [] },
  network: { uses: ['store', 'workload/errors.ts'], tests: ['store'] },
  workload: {
    uses: ['event', 'network', 'pause', 'store', 'volume', 'workload/errors.ts'],
    tests: ['system', 'testing'],
  },
  debug: { uses: ['store', 'workload'] },
  scope: { uses: ['store'] },
  cell: {
    uses: ['pause', 'scope', 'store', 'workload'],
    tests: ['testing'],
  },
  screen: { uses: [] },
  update: { uses: [], tests: ['store'] },
  projection: { uses: ['store'], tests: ['testing'] },
  manifest: {
    uses: ['cell', 'registry', 'scope', 'volume', 'workload'],
    tests: ['store', 'testing'],
  },
  capsule: { uses: ['store', 'update', 'workload'] },
  diagnosis: { uses: ['capsule', 'store'] },
  // Translates the wire: the one folder of nouns that all of them come together in.
  api: {
    uses: [
      'audit',
      'bulk',
      'capsule',
      'cell',
      'debug',
      'diagnosis',
      'event',
      'identity',
      'image',
      'manifest',
      'registry',
      'scope',
      'store',
      'update',
      'volume',
      'workload',
      'workload/errors.ts',
    ],
    tests: ['api/access/testing', 'identity/testing', 'testing'],
  },
  'api/access/testing': { uses: ['api', 'audit', 'identity', 'identity/testing'] },
  // Puts everything together.
  system: {
    uses: [
      'api',
      'audit',
      'bulk',
      'capsule',
      'cell',
      'config',
      'debug',
      'diagnosis',
      'event',
      'identity',
      'image',
      'manifest',
      'network',
      'pause',
      'projection',
      'registry',
      'scope',
      'screen',
      'store',
      'update',
      'volume',
      'workload',
    ],
  },
  testing: {
    uses: ['api', 'cell', 'manifest', 'projection', 'scope', 'store', 'system', 'volume'],
  },
};
