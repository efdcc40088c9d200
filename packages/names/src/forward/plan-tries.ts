import { TIMES } from '../limits.ts';
import type { Upstream } from './upstream.ts';

/** One upstream to ask, and the time until the next one is asked as well. */
export interface Try {
  readonly upstream: Upstream;
  readonly patienceMs: number;
}

/**
 * Plans the order of the upstreams: all in turn, starting with the one that answered last, so that a dead
 * one does not delay every question. Pure; empty without upstreams.
 */
export function planTries(upstreams: readonly Upstream[], first: Upstream | undefined): Try[] {
  const start = Math.max(
    0,
    upstreams.findIndex((upstream) => isSame(upstream, first)),
  );
  return TIMES.patienceMs.flatMap((patienceMs, turn) => {
    const upstream = upstreams[(start + turn) % upstreams.length];
    return upstream === undefined ? [] : [{ upstream, patienceMs }];
  });
}

function isSame(one: Upstream, other: Upstream | undefined): boolean {
  return one.address === other?.address && one.port === other.port;
}
