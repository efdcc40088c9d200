import type { Folders } from '../folders.ts';

/** A responder, which knows messages but not how they arrive, and a forwarder. */
export const NAMES: Folders = {
  // The capsule itself, to machines of its network.
  announce: { uses: [] },
  'limits.ts': { uses: [] },
  message: { uses: ['limits.ts'], tests: ['forward'] },
  zone: { uses: ['message'] },
  forward: { uses: ['limits.ts', 'message'] },
  serve: { uses: ['forward', 'limits.ts', 'message', 'zone'] },
};
