import { run } from '@capsule/host';
import type { UsedRange } from './network-overlap.ts';

interface Route {
  readonly dst?: string;
  readonly dev?: string;
  readonly type?: string;
}

interface Link {
  readonly ifname?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** Networks that the host reaches directly, and the interfaces by which it reaches everything else. */
export interface HostNetworks {
  readonly used: readonly UsedRange[];
  readonly uplinks: readonly Uplink[];
}

export interface Uplink {
  readonly name: string;
  readonly mtu: number;
}

/** Returns the networks of the host, without those of a capsule's own `link`. */
export async function lookAtNetworks(link: string): Promise<HostNetworks> {
  const [routes, links] = await Promise.all([
    ipJson<Route>(['-4', 'route', 'show', 'table', 'all']),
    ipJson<Link & { mtu?: number }>(['-4', 'addr', 'show']),
  ]);
  const byRoute = routes
    .filter(({ type, dev }) => (type === undefined || type === 'unicast') && dev !== link)
    .map(({ dst = '', dev = '' }) => ({ cidr: dst, by: dev }));
  const byAddress = links
    .filter(({ ifname }) => ifname !== link && ifname !== 'lo')
    .flatMap(({ ifname = '', addr_info = [] }) =>
      addr_info.map(({ local, prefixlen }) => ({ cidr: `${local}/${prefixlen}`, by: ifname })),
    );
  const defaults = new Set(
    routes.flatMap(({ dst, dev }) => (dst === 'default' ? (dev ?? []) : [])),
  );
  return {
    used: [...byRoute, ...byAddress],
    uplinks: links.flatMap(({ ifname = '', mtu }) =>
      defaults.has(ifname) && mtu !== undefined ? [{ name: ifname, mtu }] : [],
    ),
  };
}

async function ipJson<T>(args: readonly string[]): Promise<readonly T[]> {
  const { stdout } = await run('ip', ['-json', ...args]);
  return JSON.parse(stdout.trim() || '[]') as readonly T[];
}
