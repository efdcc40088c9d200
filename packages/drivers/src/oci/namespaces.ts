import type { ContainerSpec } from '@capsule/core';
import type { OciNamespace } from './types.ts';

type NamespacesSpec = Pick<ContainerSpec, 'network' | 'hostPid' | 'hostIpc' | 'shared'>;

/**
 * Processes, mounts and cgroups are the container's own. Network, IPC and UTS belong to its cell, or to the
 * capsule where the spec shares them with it; a container without a cell's IPC and UTS has its own.
 */
export function describeNamespaces({
  network,
  hostPid,
  hostIpc,
  shared,
}: NamespacesSpec): OciNamespace[] {
  const own: OciNamespace[] = [
    ...(hostPid ? [] : [{ type: 'pid' } as const]),
    ...(hostIpc ? [] : [{ type: 'ipc', ...(shared && { path: shared.ipc }) } as const]),
    { type: 'uts', ...(shared && { path: shared.uts }) },
    { type: 'mount' },
    { type: 'cgroup' },
  ];
  // In a microVM, the container has the network of the guest to itself.
  if (network === 'host' || 'tap' in network) return own;
  return [...own, { type: 'network', path: network.namespacePath }];
}

/**
 * In a cell's own network every user may bind every port, so an image with another user than root can serve
 * port 80, and every user may ping. The root alone has settings: a sibling would undo them in the namespaces that
 * they share.
 */
export function describeSysctl({
  role,
  network,
  sysctls,
}: Pick<ContainerSpec, 'role' | 'network' | 'sysctls'>): Readonly<Record<string, string>> {
  if (role === 'sibling') return {};
  return network === 'host' ? sysctls : { ...OPEN_NETWORK, ...sysctls };
}

const OPEN_NETWORK = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
};
