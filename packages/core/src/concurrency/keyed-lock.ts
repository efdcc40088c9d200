import { lockError } from './errors.ts';

/** Runs `work` alone among all work on `key`. */
export type KeyedLock = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * Which keys the code that runs now holds, through all awaits: what a lock needs to notice that it waits
 * for its own caller. `AsyncLockScope` of the engine is one.
 */
export interface LockScope {
  /** Whether this code runs for a holder of the key. */
  isHolding(key: string): boolean;
  /** Runs work as a holder of the key, until the work has ended. */
  hold<T>(key: string, work: () => Promise<T>): Promise<T>;
}

const NO_SCOPE: LockScope = { isHolding: () => false, hold: (_key, work) => work() };

/**
 * Work on one key happens one after the other; different keys do not wait for each other. With a scope, a
 * key that is asked for by its own holder fails with `LOCK_REENTERED`, which is a bug of the caller: without
 * one it would wait for itself for ever.
 */
export function keyedLock(scope: LockScope = NO_SCOPE): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    if (scope.isHolding(key)) return Promise.reject(lockError.REENTERED({ key }));
    const before = tails.get(key) ?? Promise.resolve();
    const held = () => scope.hold(key, work);
    const mine = before.then(held, held);
    const tail = mine.catch(() => undefined);
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return mine;
  };
}

/**
 * Takes several keys, in an order of their own, so that two callers never wait for each other; a key that
 * is named twice is taken once.
 */
export function lockAll<T>(
  lock: KeyedLock,
  keys: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const take = ([key, ...rest]: readonly string[]): Promise<T> =>
    key === undefined ? work() : lock(key, () => take(rest));
  return take([...new Set(keys)].toSorted());
}
