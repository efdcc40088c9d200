import type { ContainerSpec } from '@capsule/core';
import type { OciNamespace } from './types.ts';

/**
 * Everything of its own but the network, which belongs to the cell, or is the capsule's; and what was
 * asked to be the capsule's.
 */
export function describeNamespaces({
  network,
  hostPid,
  hostIpc,
}: Pick<ContainerSpec, 'network' | 'hostPid' | 'hostIpc'>): OciNamespace[] {
  const own: OciNamespace[] = [
    ...(hostPid ? [] : [{ type: 'pid' } as const]),
    ...(hostIpc ? [] : [{ type: 'ipc' } as const]),
    { type: 'uts' },
    { type: 'mount' },
    { type: 'cgroup' },
  ];
  // A machine's guest has the network for itself.
  if (network === 'host' || 'tap' in network) return own;
  return [...own, { type: 'network', path: network.namespacePath }];
}

/**
 * Inside a cell's own network every port is free to every user, so that images which run as somebody
 * else can serve port 80, and anybody may ping.
 */
export function describeSysctl({
  network,
  sysctls,
}: Pick<ContainerSpec, 'network' | 'sysctls'>): Readonly<Record<string, string>> {
  return network === 'host' ? sysctls : { ...OPEN_NETWORK, ...sysctls };
}

const OPEN_NETWORK = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
};
