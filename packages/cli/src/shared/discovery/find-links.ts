import type { NetworkInterfaceInfo } from 'node:os';

/** A link that is searched, over one family. */
export interface BrowsedLink {
  readonly family: 'IPv4' | 'IPv6';
  /** An address of IPv4, or the zone of IPv6: `::%eth0`. */
  readonly name: string;
}

const LINKS_MAX = 8;

/** Each link but the loopback: over IPv4, which every capsule has; over IPv6 where this machine has no IPv4. Pure. */
export function findLinks(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly BrowsedLink[] {
  const links = Object.entries(interfaces).flatMap(([name, all = []]): BrowsedLink[] => {
    const outside = all.filter(({ internal }) => !internal);
    const ipv4 = outside.find(({ family }) => family === 'IPv4');
    if (ipv4 !== undefined) return [{ family: 'IPv4', name: ipv4.address }];
    return outside.length === 0 ? [] : [{ family: 'IPv6', name: `::%${name}` }];
  });
  return links.slice(0, LINKS_MAX);
}
