import type { LoggedRequest } from './write-log.ts';

/**
 * A moment at which power fails: the disk holds everything up to the last flush, and of the writes after it those
 * that are named. Indices into the log.
 */
export interface CutPoint {
  /** Requests before this one are on the disk. */
  readonly flushed: number;
  /** Later writes that reached the disk nevertheless, in the order in which they did. */
  readonly survivors: readonly number[];
}

/** Every prefix of the log that ends with a write or a flush. */
export function prefixes(requests: readonly LoggedRequest[]): readonly CutPoint[] {
  return requests.map((_, index) => cutAfter(requests, index));
}

/**
 * Disks that lost some of the writes since the last flush, or did them in another order: a seeded sample for each
 * interval between two flushes. One write loses all, and one keeps all in reverse; the others are drawn.
 */
export function disorders(
  requests: readonly LoggedRequest[],
  { perInterval, random }: { readonly perInterval: number; readonly random: () => number },
): readonly CutPoint[] {
  return intervals(requests).flatMap(({ flushed, writes }) => {
    if (writes.length === 0) return [];
    const drawn = Array.from({ length: perInterval }, () =>
      shuffled(
        writes.filter(() => random() < 0.5),
        random,
      ),
    );
    return [[], writes.toReversed(), ...drawn].map((survivors) => ({ flushed, survivors }));
  });
}

interface Interval {
  readonly flushed: number;
  readonly writes: readonly number[];
}

function intervals(requests: readonly LoggedRequest[]): readonly Interval[] {
  const found: { flushed: number; writes: number[] }[] = [{ flushed: 0, writes: [] }];
  for (const [index, { kind }] of requests.entries()) {
    if (kind === 'flush') found.push({ flushed: index + 1, writes: [] });
    else found.at(-1)?.writes.push(index);
  }
  return found;
}

function cutAfter(requests: readonly LoggedRequest[], last: number): CutPoint {
  const flushed = requests.findLastIndex(({ kind }, at) => at <= last && kind === 'flush') + 1;
  const survivors = Array.from({ length: last + 1 - flushed }, (_, at) => flushed + at);
  return { flushed, survivors };
}

function shuffled(items: readonly number[], random: () => number): readonly number[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
