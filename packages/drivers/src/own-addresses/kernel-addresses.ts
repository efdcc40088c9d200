import { addressToNumber, isIPv4, type OwnAddresses } from '@capsule/core';
import { localRanges } from '@capsule/host';

/** Asks the kernel's own routes. */
export class KernelAddresses implements OwnAddresses {
  has(address: string): boolean {
    return isIPv4(address) && localRanges().some((range) => holds(range, address));
  }
}

function holds(range: string, address: string): boolean {
  const [start = '', prefix = ''] = range.split('/');
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(addressToNumber(start) / size) === Math.floor(addressToNumber(address) / size);
}
