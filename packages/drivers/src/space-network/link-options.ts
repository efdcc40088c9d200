import { existsSync } from 'node:fs';
import { ipShow } from '@capsule/host';

/**
 * Switches off address generation: cells are IPv4 only, and so is the capsule's end of their links. Empty on
 * a kernel without IPv6 (`ipv6.disable=1`), which refuses the option.
 */
export function withoutIpv6(has = existsSync('/proc/sys/net/ipv6')): string {
  return has ? 'addrgenmode none' : '';
}

/** The MTU of Ethernet. */
export const MTU_BYTES = 1500;
/** The least MTU that every IPv4 host accepts. */
const LEAST_BYTES = 576;

interface Shown {
  readonly dev?: string;
  readonly ifname?: string;
  readonly mtu?: number;
}

/**
 * Returns the MTU of the bridge and its links: that of the narrowest uplink, and at most that of Ethernet.
 * Networks that do not report a packet as too large drop it silently.
 */
export async function uplinkMtu(signal?: AbortSignal): Promise<number> {
  const routes = await ipShow<Shown>(['-4', 'route', 'show', 'default'], { signal });
  const uplinks = new Set(routes.map(({ dev }) => dev));
  const links = await ipShow<Shown>(['link', 'show'], { signal });
  const mtus = links.flatMap(({ ifname, mtu }) => (uplinks.has(ifname) ? (mtu ?? []) : []));
  return Math.max(LEAST_BYTES, Math.min(MTU_BYTES, ...mtus));
}
