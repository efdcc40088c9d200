import type { NetworkInterfaceInfo } from 'node:os';
import { addressToNumber, isIPv4 } from '@capsule/core';
import type { AnnouncedAddresses } from './service-records.ts';

/** The link on which other machines reach the capsule. */
export interface Uplink extends AnnouncedAddresses {
  /** The kernel joins groups on the interface that has it. */
  readonly address: string;
  /** Its ranges: `192.0.2.0/24`. */
  readonly ranges: readonly string[];
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** The interface with this IPv4 address; undefined where it is gone. Pure. */
export function uplinkWith(address: string, interfaces: Interfaces): Uplink | undefined {
  const found = Object.values(interfaces).find((all) =>
    all?.some((one) => one.address === address),
  );
  if (found === undefined) return undefined;
  const ipv4 = found.filter(({ family }) => family === 'IPv4');
  const ipv6 = found.filter(({ family, scopeid }) => family === 'IPv6' && scopeid === 0);
  return {
    address,
    ipv4: ipv4.map((one) => one.address),
    ipv6: ipv6.map((one) => one.address),
    ranges: ipv4.flatMap(({ cidr }) => cidr ?? []),
  };
}

/** Whether the machine with this address stands on the link. Workloads, and machines behind routers, do not. */
export function isOnLink(address: string, { ranges }: Uplink): boolean {
  if (!isIPv4(address)) return false;
  return ranges.some((range) => {
    const [start = '', prefix = ''] = range.split('/');
    const size = 2 ** (32 - Number(prefix));
    return (
      Math.floor(addressToNumber(start) / size) === Math.floor(addressToNumber(address) / size)
    );
  });
}
