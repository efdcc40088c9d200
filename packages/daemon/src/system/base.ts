import { type Database, Feed, type Log, type Tracer } from '@capsule/engine';

/** Dependencies that all parts of capsuled share. */
export interface Base {
  readonly db: Database;
  /** Notified after every change, with the key of the changed cell, or `volume/NAME`. */
  readonly feed: Feed;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

export function createBase(db: Database, { log, tracer }: Pick<Base, 'log' | 'tracer'>): Base {
  const feed = new Feed(db, (error) =>
    log.error('change not delivered to its listeners', { error }),
  );
  return { db, feed, log, tracer, now: Date.now, monotonicMs: () => performance.now() };
}
