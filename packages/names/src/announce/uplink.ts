import { BlockList, isIP, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { AnnouncedAddresses } from './service-records.ts';

/** The link on which other machines reach the capsule. */
export interface Uplink extends AnnouncedAddresses {
  /** The kernel joins groups on the interface that has it. */
  readonly address: string;
  /** Of the interface. */
  readonly name: string;
  /** Its ranges: `192.0.2.0/24`, `fe80::/64`. */
  readonly ranges: readonly string[];
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** The interface with this IPv4 address; undefined where it is gone. Pure. */
export function uplinkWith(address: string, interfaces: Interfaces): Uplink | undefined {
  const [name, found] =
    Object.entries(interfaces).find(([, all]) => all?.some((one) => one.address === address)) ?? [];
  if (name === undefined || found === undefined) return undefined;
  const ipv4 = found.filter(({ family }) => family === 'IPv4');
  const ipv6 = found.filter(({ family, scopeid }) => family === 'IPv6' && scopeid === 0);
  return {
    address,
    name,
    ipv4: ipv4.map((one) => one.address),
    ipv6: ipv6.map((one) => one.address),
    ranges: found.flatMap(({ cidr }) => cidr ?? []),
  };
}

/** Whether the machine with this address stands on the link. Workloads, and machines behind routers, do not. */
export function isOnLink(address: string, { ranges, name }: Uplink): boolean {
  // Every link has the same local addresses of IPv6: the zone names the link.
  const [plain = '', zone = name] = address.split('%');
  if (zone !== name || isIP(plain) === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [start = '', prefix = ''] = range.split('/');
    list.addSubnet(start, Number(prefix), familyOf(start));
  }
  return list.check(plain, familyOf(plain));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
