import type { Folders } from '../folders.ts';

/** Four exports, of which one also run in a browser. */
export const API: Folders = {
  gen: { uses: [], pure: true },
  'errors.ts': { uses: [], pure: true },
  // A noun in messages and in core's words, above what several nouns need.
  wire: { uses: ['gen'], pure: true },
  'wire/error': { uses: ['errors.ts', 'gen', 'wire'], pure: true },
  'wire/capsule': { uses: ['gen', 'wire', 'wire/error'], pure: true },
  'wire/identity': { uses: ['gen', 'wire'], pure: true },
  'wire/right': { uses: ['gen'], pure: true },
  'wire/trace': { uses: [], pure: true },
  'wire/volume': { uses: ['gen'], pure: true },
  'wire/workload': { uses: ['errors.ts', 'gen', 'wire', 'wire/error'], pure: true },
  'wire/cell': {
    uses: ['errors.ts', 'gen', 'wire', 'wire/error', 'wire/workload'],
    pure: true,
  },
  'wire/manifest': {
    uses: ['gen', 'wire', 'wire/cell', 'wire/error', 'wire/volume', 'wire/workload'],
    pure: true,
  },
  client: { uses: ['errors.ts', 'gen', 'wire/error'], pure: true },
  // For either side of a connection, on Node.
  'code-proof': { uses: [] },
  frame: { uses: [] },
  http2: { uses: [] },
  'two-way': { uses: [], pure: true },
  http1: { uses: [] },
  'web-socket': { uses: ['http1', 'two-way'] },
  calls: {
    uses: [
      'client',
      'errors.ts',
      'gen',
      'http1',
      'two-way',
      'web-socket',
      'wire/error',
      'wire/trace',
    ],
  },
  node: { uses: ['calls', 'client', 'errors.ts'], tests: ['gen', 'testing', 'wire/error'] },
  remote: {
    uses: ['client', 'code-proof', 'errors.ts', 'gen', 'http2', 'node'],
  },
  server: { uses: ['gen'], tests: ['testing'] },
  'server/edge': {
    uses: ['gen', 'http2', 'two-way', 'wire/right'],
    tests: ['calls', 'client', 'gen', 'testing', 'wire/error'],
  },
  testing: { uses: ['client', 'http2', 'server/edge'] },
  // The three exports.
  'wire.ts': {
    uses: [
      'client',
      'errors.ts',
      'gen',
      'wire',
      'wire/capsule',
      'wire/cell',
      'wire/error',
      'wire/identity',
      'wire/manifest',
      'wire/right',
      'wire/trace',
      'wire/volume',
      'wire/workload',
    ],
    pure: true,
  },
  'node.ts': { uses: ['calls', 'frame', 'http2', 'node'] },
  'remote.ts': { uses: ['code-proof', 'remote'] },
  'server.ts': { uses: ['code-proof', 'frame', 'http2', 'server', 'server/edge'] },
};
