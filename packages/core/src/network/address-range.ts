import { addressToNumber, isIPv4 } from './ipv4.ts';

/** A range of IPv4 addresses, as numbers, both ends included. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `10.1.2.0/24`, or a single address; undefined for anything else. Host bits are cleared. Pure. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = '', prefixText = '32', ...rest] = text.split('/');
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : -1;
  if (!isIPv4(address) || rest.length > 0 || prefix < 0 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(addressToNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** Pure. */
export function isOverlap(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}
