import { existsSync } from 'node:fs';
import { ipShow } from '@capsule/host';

/**
 * No address generation: cells are IPv4 only, and so is the capsule's side of their links. Nothing on a kernel
 * without IPv6 (`ipv6.disable=1`), which refuses the words.
 */
export function withoutIpv6(has = existsSync('/proc/sys/net/ipv6')): string {
  return has ? 'addrgenmode none' : '';
}

/** Of Ethernet. */
export const MTU_BYTES = 1500;
/** Least that every host with IPv4 takes. */
const LEAST_BYTES = 576;

interface Shown {
  readonly dev?: string;
  readonly ifname?: string;
  readonly mtu?: number;
}

/**
 * MTU of what is on the bridge: that of the narrowest uplink, and an Ethernet's at most. A packet that is larger
 * is lost on networks that do not say so.
 */
export async function uplinkMtu(signal?: AbortSignal): Promise<number> {
  const routes = await ipShow<Shown>(['-4', 'route', 'show', 'default'], { signal });
  const uplinks = new Set(routes.map(({ dev }) => dev));
  const links = await ipShow<Shown>(['link', 'show'], { signal });
  const mtus = links.flatMap(({ ifname, mtu }) => (uplinks.has(ifname) ? (mtu ?? []) : []));
  return Math.max(LEAST_BYTES, Math.min(MTU_BYTES, ...mtus));
}
