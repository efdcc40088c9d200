import { type AddressRange, isOverlap, parseRange } from './address-range.ts';
import { spaceRangeError } from './errors.ts';
import { addressFromNumber } from './ipv4.ts';

/** Ranges of new spaces, unless `spaces.cidr` of `capsuled.json` names another. */
export const DEFAULT_SPACES_CIDR = '10.88.0.0/16';

/** A space has 253 addresses for cells. */
const SPACE_PREFIX = 24;
const SIZE = 2 ** (32 - SPACE_PREFIX);

/** Whether `chooseRange` can divide the pool: a private network may be that large, a space needs a /24. Pure. */
export function isSpacePool(pool: string): boolean {
  const prefix = Number(pool.split('/')[1]);
  return parseRange(pool) !== undefined && prefix >= 8 && prefix <= SPACE_PREFIX;
}

/**
 * Returns the lowest /24 of `pool` that overlaps neither a range of another space (`taken`) nor one that the
 * machine uses (`used`). Pure. Fails with `SPACE_POOL_INVALID` or `SPACE_RANGES_EXHAUSTED`.
 */
export function chooseRange(
  pool: string,
  taken: readonly string[],
  used: readonly string[],
): string {
  const whole = parseRange(pool);
  if (whole === undefined || !isSpacePool(pool)) throw spaceRangeError.POOL_INVALID({ pool });
  const blocked = [...taken, ...used].flatMap((text) => parseRange(text) ?? []);
  let first = whole.first;
  while (first <= whole.last) {
    const candidate = { first, last: first + SIZE - 1 };
    const obstacle = blocked.find((range) => isOverlap(candidate, range));
    if (obstacle === undefined) return `${addressFromNumber(first)}/${SPACE_PREFIX}`;
    first = nextAfter(obstacle);
  }
  throw spaceRangeError.RANGES_EXHAUSTED({ pool, taken: taken.length });
}

function nextAfter({ last }: AddressRange): number {
  return (Math.floor(last / SIZE) + 1) * SIZE;
}
