import type { NetworkInterfaceInfo } from 'node:os';

export interface UplinkParts {
  /** As `os.networkInterfaces` returns them. */
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
  /** Text of `/proc/net/route`. */
  readonly routes: string;
  /** The capsule's own bridge, which is no uplink. */
  readonly bridge: string;
}

/**
 * Returns the address at which other machines reach the capsule: that of the interface with the
 * default route, whatever its name; without such a route the first address of another interface;
 * empty without any. Pure.
 */
export function chooseUplinkAddress({ interfaces, routes, bridge }: UplinkParts): string {
  const byRoute = defaultInterfaces(routes);
  const others = Object.keys(interfaces).filter((name) => name !== bridge);
  for (const name of [...byRoute, ...others]) {
    const found = interfaces[name]?.find(({ internal, family }) => !internal && family === 'IPv4');
    if (found !== undefined) return found.address;
  }
  return '';
}

/** Sorts the routes by metric, lowest first. */
function defaultInterfaces(routes: string): readonly string[] {
  const lines = routes.split('\n').map((line) => line.trim().split(/\s+/));
  return lines
    .filter(([, destination, , , , , , mask]) => destination === NOWHERE && mask === NOWHERE)
    .map(([name = '', , , , , , metric]) => ({ name, metric: Number(metric) }))
    .toSorted((a, b) => a.metric - b.metric)
    .map(({ name }) => name);
}

const NOWHERE = '00000000';
