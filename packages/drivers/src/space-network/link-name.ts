import { addressFromNumber, addressToNumber } from '@capsule/core';

const PREFIX = 'cap';

/**
 * Returns the name of the capsule's end of a cell's veth pair. It is made from the address, which the store
 * gives to one cell at a time, so it is unique; it has 11 characters where Linux allows 15.
 */
export function linkName(address: string): string {
  return `${PREFIX}${addressHex(address)}`;
}

/** Returns the address that a cell link is named after; undefined for a foreign link. */
export function addressOfLink(name: string): string | undefined {
  const hex = /^cap([0-9a-f]{8})$/.exec(name)?.[1];
  return hex === undefined ? undefined : addressFromNumber(Number.parseInt(hex, 16));
}

/**
 * Returns a hardware address made from the IP address (locally administered). The next cell with the IP
 * address has the same one, so no neighbour table goes stale.
 */
export function hardwareAddress(address: string): string {
  return `02:ca:${addressHex(address).match(/../g)?.join(':')}`;
}

/** Returns the IP address that a hardware address is made from; undefined for a foreign one. */
export function addressOfHardware(address: string): string | undefined {
  const hex = /^02:ca((?::[0-9a-f]{2}){4})$/.exec(address)?.[1]?.replaceAll(':', '');
  return hex === undefined ? undefined : addressFromNumber(Number.parseInt(hex, 16));
}

function addressHex(address: string): string {
  return addressToNumber(address).toString(16).padStart(8, '0');
}
