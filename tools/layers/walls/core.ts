import type { Folders } from '../folders.ts';

/** Nouns, what manifests say of them, and the plans that think about them; nothing here acts. */
export const CORE: Folders = {
  error: { uses: [] },
  check: { uses: ['error'] },
  concurrency: { uses: ['error'] },
  fault: { uses: [] },
  network: { uses: ['error'] },
  text: { uses: [] },
  // The nouns, above the words that several of them use, and what controllers need of the outside.
  resource: { uses: [] },
  'resource/cell': { uses: ['error'], tests: ['resource'] },
  'resource/identity': { uses: ['resource/cell'], tests: ['resource/workload'] },
  'resource/image': { uses: ['error'] },
  'resource/place': { uses: ['error', 'resource/cell'] },
  'resource/registry': { uses: [] },
  'resource/slot': { uses: [] },
  'resource/volume': { uses: ['resource/cell'] },
  'resource/workload': { uses: ['error', 'resource/cell', 'resource/place'] },
  port: {
    uses: [
      'error',
      'resource/cell',
      'resource/image',
      'resource/place',
      'resource/registry',
      'resource/slot',
      'resource/volume',
      'resource/workload',
    ],
  },
  'plan/container': {
    uses: ['error', 'port', 'resource', 'resource/cell', 'resource/workload'],
  },
  'plan/cell': {
    uses: ['error', 'plan/container', 'port', 'resource/cell', 'resource/workload'],
  },
  'plan/microvm': { uses: [] },
  'plan/update': { uses: ['error', 'resource/slot'] },
  'plan/volume': { uses: ['port', 'resource/cell', 'resource/volume'] },
  // From text to a spec: a row of `kind` for each kind, made of what reads, checks and describes a field.
  'manifest/problem.ts': { uses: [] },
  'manifest/read': {
    uses: [
      'manifest/problem.ts',
      'resource',
      'resource/cell',
      'resource/volume',
      'resource/workload',
    ],
  },
  'manifest/schema': { uses: ['manifest/read', 'resource'] },
  'manifest/validate': {
    uses: [
      'manifest/problem.ts',
      'manifest/read',
      'network',
      'resource',
      'resource/cell',
      'resource/volume',
      'resource/workload',
    ],
  },
  'manifest/kind': {
    uses: [
      'error',
      'manifest/problem.ts',
      'manifest/read',
      'manifest/schema',
      'manifest/validate',
      'network',
      'resource',
      'resource/cell',
      'resource/image',
      'resource/place',
      'resource/registry',
      'resource/volume',
      'resource/workload',
    ],
    tests: ['manifest', 'manifest/testing'],
  },
  manifest: {
    uses: [
      'error',
      'manifest/kind',
      'manifest/problem.ts',
      'manifest/read',
      'manifest/schema',
      'resource/cell',
    ],
    tests: ['manifest/testing', 'resource/workload'],
  },
  'manifest/testing': { uses: ['manifest'] },
};
