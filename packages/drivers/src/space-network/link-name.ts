import { addressFromNumber, addressToNumber } from '@capsule/core';

const PREFIX = 'cap';

/**
 * The capsule's end of a cell's veth pair, made from the address, which the store gives to one cell
 * at a time: unique, and 11 characters where Linux allows 15.
 */
export function linkName(address: string): string {
  return `${PREFIX}${addressHex(address)}`;
}

/** The address that a link of ours stands for; `undefined` for a link of somebody else. */
export function addressOfLink(name: string): string | undefined {
  const hex = /^cap([0-9a-f]{8})$/.exec(name)?.[1];
  return hex === undefined ? undefined : addressFromNumber(Number.parseInt(hex, 16));
}

/**
 * A hardware address made from the IP address (locally administered). The next cell with the
 * address has the same one, so nobody's neighbour table goes stale.
 */
export function hardwareAddress(address: string): string {
  return `02:ca:${addressHex(address).match(/../g)?.join(':')}`;
}

function addressHex(address: string): string {
  return addressToNumber(address).toString(16).padStart(8, '0');
}
