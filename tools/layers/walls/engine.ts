import type { Folders } from '../folders.ts';

/** Machinery that knows no noun of ours. */
export const ENGINE: Folders = {
  fault: { uses: [] },
  lock: { uses: [], tests: ['queue'] },
  log: { uses: [] },
  queue: { uses: [] },
  secret: { uses: [] },
  store: { uses: [] },
  trace: { uses: [] },
  // Wakes its readers after a commit.
  feed: { uses: ['store'] },
};
