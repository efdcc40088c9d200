import type { PoolObserverParts } from '../volume/observe-pool.ts';

/** For tests in which the pool is never full. */
export const noPauses: PoolObserverParts['pauses'] = {
  hold: async () => false,
  adopt: async () => undefined,
  release: async () => undefined,
  resumeForStop: async () => undefined,
  heldFor: () => [],
};
