import type { PortMapping } from './container.ts';

/** A port of the capsule, on one of its addresses or on each of them. */
export type HostPort = Pick<PortMapping, 'hostPort' | 'protocol' | 'hostAddress'>;

/** `8080/tcp`, whatever the address. Pure. */
export function portKey({ hostPort, protocol }: HostPort): string {
  return `${hostPort}/${protocol}`;
}

/** For people: `8080/tcp`, or `127.0.0.1:8080/tcp`. Pure. */
export function describeHostPort(port: HostPort): string {
  return `${port.hostAddress === undefined ? '' : `${port.hostAddress}:`}${portKey(port)}`;
}

/** Whether two containers cannot both publish these: one port on two addresses is no clash. Pure. */
export function portsClash(a: HostPort, b: HostPort): boolean {
  if (portKey(a) !== portKey(b)) return false;
  if (a.hostAddress === undefined || b.hostAddress === undefined) return true;
  return a.hostAddress === b.hostAddress;
}

/** The address as manifests and the wire have it: `0.0.0.0` and nothing mean each of them. Pure. */
export function hostAddressOf(text: string): Pick<PortMapping, 'hostAddress'> {
  return text === '' || text === '0.0.0.0' ? {} : { hostAddress: text };
}
