import type { CellNetworkSpec } from '@capsule/core';

/**
 * Returns a cell's `/etc/hosts`: loopback names, the cell's own name and address, and the hosts of the spec.
 */
export function planHostsFile({
  hostname,
  address,
  extraHosts = [],
}: Pick<CellNetworkSpec, 'hostname' | 'address' | 'extraHosts'>): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${address}\t${ownNames(hostname).join(' ')}`,
    ...extraHosts.map((host) => `${host.address}\t${host.hostname}`),
    '',
  ].join('\n');
}

/** A host name with a domain is found by its first part, too: `hostname -s` and mail servers look that up. */
function ownNames(hostname: string): readonly string[] {
  const [short = ''] = hostname.split('.');
  return [...new Set([hostname, short])];
}
