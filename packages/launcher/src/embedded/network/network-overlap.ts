import { overlap, parseRange, type Range } from '../claim/subnet.ts';

/** A range of addresses that the host uses, and the interface or route that uses it. */
export interface UsedRange {
  readonly cidr: string;
  readonly by: string;
}

/** Private ranges that few networks use. */
const CANDIDATES = [
  '172.20.254.0/24',
  '10.88.254.0/24',
  '192.168.254.0/24',
  '10.231.254.0/24',
  '172.31.254.0/24',
] as const;

/** Returns the used ranges that overlap a network. Pure. */
export function overlapping(cidr: string, used: readonly UsedRange[]): readonly UsedRange[] {
  const range = parseRange(cidr);
  if (range === undefined) return [];
  return used.filter((other) => {
    const found = parseRange(other.cidr);
    return found !== undefined && !isEverything(found) && overlap(range, found);
  });
}

/** Returns a range that overlaps none of them; the last candidate when all do. Pure. */
export function freeRange(used: readonly UsedRange[]): string {
  return CANDIDATES.find((cidr) => overlapping(cidr, used).length === 0) ?? '10.99.254.0/24';
}

/** Two halves of the Internet are the default route of many a VPN. */
function isEverything({ prefix }: Range): boolean {
  return prefix <= 1;
}
