import { isIPv6 } from 'node:net';

/** A resolver of the uplink. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}

export function describeUpstream({ address, port }: Upstream): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
