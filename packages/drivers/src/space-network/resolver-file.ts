import { type Dns, WORKLOAD_DOMAIN } from '@capsule/core';
import { parseResolvConf } from '@capsule/host';

/**
 * Between tries of musl lie timeout / attempts, and all of them are in `timeout`; glibc waits
 * `timeout` for each. So a name that is asked for while capsuled is restarted is found by both.
 */
const RETRIES = ['timeout:3', 'attempts:5'];

/** How to ask the uplink's resolvers, which is the responder's matter and not a cell's. */
const ABOUT_SERVERS = /^(timeout:|attempts:|rotate$|use-vc$)/;

/**
 * A cell's `/etc/resolv.conf`: the capsule's responder, the workloads' domain, and after it the search
 * domains of the uplink, whose file is `uplink`.
 */
export function planResolverFile(uplink: string, responder: string): string {
  const { searches, options } = parseResolvConf(uplink);
  return [
    `nameserver ${responder}`,
    `search ${[...new Set([WORKLOAD_DOMAIN, ...searches])].join(' ')}`,
    `options ${[...RETRIES, ...options.filter((option) => !ABOUT_SERVERS.test(option))].join(' ')}`,
    '',
  ].join('\n');
}

/** The same file with what a manifest wants instead: each list that is not empty takes its line's place. */
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
