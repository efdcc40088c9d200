import type { ContainerSpec } from '@capsule/core';
import type { OciNamespace } from './types.ts';

/** Everything of its own but the network, which belongs to the cell, or is the capsule's. */
export function describeNamespaces(network: ContainerSpec['network']): OciNamespace[] {
  const own: OciNamespace[] = [
    { type: 'pid' },
    { type: 'ipc' },
    { type: 'uts' },
    { type: 'mount' },
    { type: 'cgroup' },
  ];
  if (network === 'host') return own;
  return [...own, { type: 'network', path: network.namespacePath }];
}

/**
 * Inside a cell's own network every port is free to every user, so that images which run as somebody
 * else can serve port 80, and anybody may ping.
 */
export function describeSysctl(
  network: ContainerSpec['network'],
): Readonly<Record<string, string>> | undefined {
  if (network === 'host') return undefined;
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv4.ping_group_range': '0 2147483647',
  };
}
