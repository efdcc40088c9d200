import { isIPv4 } from 'node:net';
import { networkError } from './errors.ts';

/** An IPv4 subnet whose first address is the bridge's own. */
export interface Subnet {
  readonly cidr: string;
  readonly prefix: number;
  /** The bridge's address: the gateway of every cell. */
  readonly gateway: string;
  /** True for an address that a cell may have. */
  readonly holds: (address: string) => boolean;
}

/** Fails with `NETWORK_CIDR_INVALID`. Host bits are cleared: 10.0.0.7/24 is 10.0.0.0/24. */
export function parseSubnet(text: string): Subnet {
  const [address = '', prefixText = ''] = text.split('/', 2);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : -1;
  if (!isIPv4(address) || prefix < 8 || prefix > 30) {
    throw networkError.CIDR_INVALID({ cidr: text });
  }
  const size = 2 ** (32 - prefix);
  const first = Math.floor(addressToNumber(address) / size) * size;
  return {
    cidr: `${addressFromNumber(first)}/${prefix}`,
    prefix,
    gateway: addressFromNumber(first + 1),
    holds: (other) => {
      const offset = isIPv4(other) ? addressToNumber(other) - first : -1;
      return offset > 1 && offset < size - 1;
    },
  };
}

export function addressToNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressFromNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
