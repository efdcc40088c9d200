import type { Dns } from '@capsule/core';
import { parseResolvConf } from '@capsule/host';

/**
 * musl tries again after timeout / attempts, and ends all tries within `timeout`; glibc waits `timeout` for
 * each. Both find a name that is asked for during a restart of capsuled.
 */
const RETRIES = ['timeout:3', 'attempts:5'];

/** Options for the uplink's resolvers, which concern the responder and not a cell. */
const ABOUT_SERVERS = /^(timeout:|attempts:|rotate$|use-vc$)/;

/** The part of a cell's `/etc/resolv.conf` that is the same in its whole space. */
export interface SpaceResolver {
  /** Address of the capsule's responder. */
  readonly responder: string;
  /** Search domains of the space. */
  readonly domains: readonly string[];
}

/**
 * Returns a cell's `/etc/resolv.conf`: the capsule's responder, the domains of the space, and after them the
 * search domains of `uplink`, the text of the uplink's file.
 */
export function planResolverFile(uplink: string, { responder, domains }: SpaceResolver): string {
  const { searches, options } = parseResolvConf(uplink);
  return [
    `nameserver ${responder}`,
    `search ${[...new Set([...domains, ...searches])].join(' ')}`,
    `options ${[...RETRIES, ...options.filter((option) => !ABOUT_SERVERS.test(option))].join(' ')}`,
    '',
  ].join('\n');
}

/** Returns the same file with the settings of a manifest: each list that is not empty replaces its line. */
export function changeResolverFile(text: string, dns: Dns): string {
  const kept = text.split('\n').filter((line) => line !== '' && !isReplaced(line, dns));
  return [
    ...dns.nameservers.map((address) => `nameserver ${address}`),
    ...(dns.searches.length > 0 ? [`search ${dns.searches.join(' ')}`] : []),
    ...(dns.options.length > 0 ? [`options ${dns.options.join(' ')}`] : []),
    ...kept,
    '',
  ].join('\n');
}

function isReplaced(line: string, { nameservers, searches, options }: Dns): boolean {
  const [keyword] = line.split(' ');
  if (keyword === 'nameserver') return nameservers.length > 0;
  return keyword === 'search' ? searches.length > 0 : options.length > 0;
}
