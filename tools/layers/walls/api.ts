import type { Folders } from '../folders.ts';

/** Three exports, of which two also run in a browser. */
export const API: Folders = {
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
};
