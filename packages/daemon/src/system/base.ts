import { type Database, Feed, type Log } from '@capsule/engine';

/** The ground that every part of capsuled stands on. */
export interface Base {
  readonly db: Database;
  /** Told after every change, with the key of the cell that changed, or `volume/NAME`. */
  readonly feed: Feed;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

export function createBase(db: Database, log: Log): Base {
  const feed = new Feed(db, (error) => log.error('change not followed', { error }));
  return { db, feed, log, now: Date.now, monotonicMs: () => performance.now() };
}
