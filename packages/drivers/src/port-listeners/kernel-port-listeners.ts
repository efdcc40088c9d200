import { nameOfCell, type PortListener, type PortListeners } from '@capsule/core';
import { type ListeningSocket, listeningSockets, ownerOfSocket } from '@capsule/host';

/** Reads the sockets of the capsule's own network from `/proc`. */
export class KernelPortListeners implements PortListeners {
  find(ports: ReadonlySet<string>): readonly PortListener[] {
    if (ports.size === 0) return [];
    const found = new Map<string, PortListener>();
    for (const socket of listeningSockets()) {
      const key = `${socket.port}/${socket.protocol}`;
      if (!ports.has(key) || found.has(key)) continue;
      const listener = describe(socket);
      if (listener !== undefined) found.set(key, listener);
    }
    return [...found.values()];
  }
}

/**
 * capsuled's own sockets do not matter: the responder has a port of its own, and sockets of queries are
 * short-lived.
 */
function describe({ port, protocol, inode }: ListeningSocket): PortListener | undefined {
  const owner = ownerOfSocket(inode);
  if (owner?.pid === process.pid) return undefined;
  const workload = owner === undefined ? undefined : workloadOf(owner.cgroups);
  return {
    port,
    protocol,
    program: owner?.program ?? '',
    ...(workload !== undefined && { workload }),
  };
}

/** A cgroup is named after its cell. */
export function workloadOf(cgroups: readonly string[]): string | undefined {
  for (const line of cgroups) {
    const [, realm, space, stack, cell] = CELL_CGROUP.exec(line) ?? [];
    if (realm && space && stack && cell) return nameOfCell({ realm, space, stack, cell });
  }
  return undefined;
}

const CELL_CGROUP = /\/kukeon\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)(?:\/|$)/;
