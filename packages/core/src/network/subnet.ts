import { subnetError } from './errors.ts';
import { addressFromNumber, addressToNumber, isIPv4 } from './ipv4.ts';

/** An IPv4 subnet whose first address is the bridge's own. */
export interface Subnet {
  readonly cidr: string;
  readonly prefix: number;
  /** The bridge's address: the gateway of every cell. */
  readonly gateway: string;
  /** As numbers: all but the network's own address, the gateway's and the one of broadcasts. */
  readonly cells: { readonly first: number; readonly last: number };
  /** True for an address that a cell may have. */
  readonly holds: (address: string) => boolean;
}

/** Fails with `NETWORK_CIDR_INVALID`. Host bits are cleared: 10.0.0.7/24 is 10.0.0.0/24. */
export function parseSubnet(text: string): Subnet {
  const [address = '', prefixText = ''] = text.split('/', 2);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : -1;
  if (!isIPv4(address) || prefix < 8 || prefix > 30) {
    throw subnetError.CIDR_INVALID({ cidr: text });
  }
  const size = 2 ** (32 - prefix);
  const base = Math.floor(addressToNumber(address) / size) * size;
  const cells = { first: base + 2, last: base + size - 2 };
  return {
    cidr: `${addressFromNumber(base)}/${prefix}`,
    prefix,
    gateway: addressFromNumber(base + 1),
    cells,
    holds: (other) => {
      if (!isIPv4(other)) return false;
      const number = addressToNumber(other);
      return number >= cells.first && number <= cells.last;
    },
  };
}
