import { isIPv4 } from 'node:net';

/**
 * A cell's `/etc/resolv.conf`, made from the capsule's. Resolvers that a cell cannot reach are left
 * out: loopback addresses (127.0.0.53 is the capsule's own loopback, a cell's is empty) and IPv6
 * ones (cells have IPv4 only). `search`, `domain` and `options` stay. When no resolver is left the
 * file says so, and names do not resolve: a public resolver is never slipped in behind your back.
 */
export function planResolverFile(uplink: string): string {
  const kept = uplink
    .split('\n')
    .map(words)
    .filter(isKept)
    .map((line) => line.join(' '));
  const hasResolver = kept.some((line) => line.startsWith('nameserver '));
  const note = hasResolver ? [] : ['# the capsule has no resolver that a cell could reach'];
  return `${[...note, ...kept].join('\n')}\n`;
}

function words(line: string): readonly string[] {
  return line.trim().split(/\s+/);
}

function isKept([keyword, first]: readonly string[]): boolean {
  if (first === undefined) return false;
  if (keyword === 'nameserver') return isIPv4(first) && !first.startsWith('127.');
  return keyword === 'search' || keyword === 'domain' || keyword === 'options';
}
