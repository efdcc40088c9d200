import type { Folders } from '../folders.ts';

/** A program is a value: `program` runs one, `shared` has what commands do, `capsulectl` is one. */
export const CLI: Folders = {
  'errors.ts': { uses: [] },
  'version.ts': { uses: [] },
  bundle: { uses: [] },
  program: { uses: ['errors.ts'], tests: ['capsulectl', 'shared/capsule', 'testing'] },
  // What commands of several nouns need.
  'shared/argument': { uses: ['program'] },
  'shared/file': { uses: ['errors.ts', 'program'] },
  'shared/progress': { uses: ['program'] },
  'shared/render': { uses: ['program'] },
  'shared/target': { uses: ['errors.ts', 'program'], tests: ['testing'] },
  'shared/stream': { uses: ['program', 'shared/render', 'shared/target'], tests: ['testing'] },
  'shared/tar': { uses: ['shared/copy/errors.ts'] },
  'shared/archive': { uses: ['program', 'shared/copy/errors.ts', 'shared/tar'] },
  'shared/transfer': { uses: ['program', 'shared/tar'] },
  // The nouns, and commands without one.
  'shared/capsule': {
    uses: ['program', 'shared/render', 'shared/stream', 'shared/target', 'version.ts'],
    tests: ['testing'],
  },
  'shared/completion': { uses: ['program', 'shared/target'], tests: ['capsulectl'] },
  'shared/copy/errors.ts': { uses: [] },
  'shared/copy': {
    uses: [
      'program',
      'shared/archive',
      'shared/copy/errors.ts',
      'shared/progress',
      'shared/render',
      'shared/target',
    ],
    tests: ['testing'],
  },
  'shared/event': {
    uses: ['program', 'shared/argument', 'shared/render', 'shared/stream', 'shared/target'],
  },
  'shared/image': {
    uses: [
      'errors.ts',
      'program',
      'shared/file',
      'shared/progress',
      'shared/render',
      'shared/stream',
      'shared/target',
      'shared/transfer',
    ],
    tests: ['testing'],
  },
  'shared/registry': {
    uses: ['errors.ts', 'program', 'shared/render', 'shared/stream', 'shared/target'],
    tests: ['testing'],
  },
  'shared/volume': {
    uses: [
      'errors.ts',
      'program',
      'shared/argument',
      'shared/file',
      'shared/progress',
      'shared/render',
      'shared/stream',
      'shared/target',
      'shared/transfer',
    ],
  },
  'shared/workload': {
    uses: [
      'errors.ts',
      'program',
      'shared/argument',
      'shared/event',
      'shared/progress',
      'shared/render',
      'shared/stream',
      'shared/target',
    ],
    tests: ['capsulectl', 'testing'],
  },
  'shared/manifest': {
    uses: [
      'errors.ts',
      'program',
      'shared/argument',
      'shared/capsule',
      'shared/file',
      'shared/progress',
      'shared/render',
      'shared/stream',
      'shared/target',
      'shared/workload',
    ],
    tests: ['testing'],
  },
  // The programs.
  capsulectl: {
    uses: [
      'program',
      'shared/argument',
      'shared/capsule',
      'shared/completion',
      'shared/copy',
      'shared/event',
      'shared/image',
      'shared/manifest',
      'shared/registry',
      'shared/render',
      'shared/stream',
      'shared/volume',
      'shared/workload',
    ],
    tests: ['testing'],
  },
  testing: { uses: ['capsulectl', 'program'] },
};
