import type { Folders } from '../folders.ts';

/** Nouns, what manifests say of them, and the plans that think about them; nothing here acts. */
export const CORE: Folders = {
  error: { uses: [] },
  network: { uses: ['error'] },
  order: { uses: ['error'] },
  reference: { uses: ['error'] },
  // The nouns, and what controllers need of the outside.
  resource: { uses: ['error'] },
  port: { uses: ['error', 'resource'] },
  plan: { uses: ['error', 'port', 'resource'] },
  // From text to a spec: a row of `kind` for each kind, made of what reads, checks and describes a field.
  'manifest/problem.ts': { uses: [] },
  'manifest/read': { uses: ['manifest/problem.ts', 'resource'] },
  'manifest/schema': { uses: ['manifest/read', 'resource'] },
  'manifest/validate': {
    uses: ['manifest/problem.ts', 'manifest/read', 'network', 'resource'],
  },
  'manifest/kind': {
    uses: [
      'error',
      'manifest/problem.ts',
      'manifest/read',
      'manifest/schema',
      'manifest/validate',
      'plan',
      'reference',
      'resource',
    ],
    tests: ['manifest', 'manifest/testing'],
  },
  manifest: {
    uses: ['error', 'manifest/kind', 'manifest/problem.ts', 'manifest/read', 'manifest/schema'],
    tests: ['manifest/testing', 'resource'],
  },
  'manifest/testing': { uses: ['manifest'] },
};
