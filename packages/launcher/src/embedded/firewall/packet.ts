import { overlap, parseRange } from '../claim/subnet.ts';

/** The first packet of a TCP connection that a capsule opens to the outside, as the host forwards it. */
export interface Packet {
  readonly iifname: string;
  /** Interfaces of the host's default routes; empty when it has none. */
  readonly oifnames: readonly string[];
  readonly source: string;
}

/**
 * Whether a condition of a rule holds for a packet. `ours`: it holds, and was written for this capsule's link
 * or address. `unknown`: the rule depends on something else.
 */
export type Match = 'yes' | 'no' | 'ours' | 'unknown';

/** Whether a whole rule applies: a condition on our link outweighs those that cannot be evaluated. */
export function matchAll(matches: readonly Match[]): boolean {
  if (matches.includes('no')) return false;
  return matches.includes('ours') || !matches.includes('unknown');
}

/** Returns the match of the opposite condition. */
export function negate(match: Match): Match {
  if (match === 'unknown') return match;
  return match === 'no' ? 'yes' : 'no';
}

/** `cap0`, or with its wildcard `cap*`. */
export function matchName(pattern: string, names: readonly string[], wildcard: string): Match {
  if (names.length === 0) return 'unknown';
  const isOpen = pattern.endsWith(wildcard);
  const start = isOpen ? pattern.slice(0, -wildcard.length) : pattern;
  const fits = names.filter((name) => (isOpen ? name.startsWith(start) : name === pattern));
  if (fits.length === 0) return 'no';
  return fits.length === names.length ? 'yes' : 'unknown';
}

/** As `matchName`, for the interface that a packet comes in by, which is the capsule's own. */
export function matchLink(pattern: string, packet: Packet, wildcard: string): Match {
  const match = matchName(pattern, [packet.iifname], wildcard);
  return match === 'yes' && pattern !== wildcard ? 'ours' : match;
}

/** `10.0.0.0/8` */
export function matchSource(range: string, { source }: Packet): Match {
  const [wanted, own] = [parseRange(range), parseRange(source)];
  if (wanted === undefined || own === undefined) return 'unknown';
  if (!overlap(wanted, own)) return 'no';
  return wanted.prefix === 0 ? 'yes' : 'ours';
}
