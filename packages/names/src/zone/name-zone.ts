import { parseSubnet, type Subnet, WORKLOAD_DOMAIN, type WorkloadName } from '@capsule/core';

/** Where workloads are named, in full. */
export const ZONE: readonly string[] = WORKLOAD_DOMAIN.split('.');

/** Everything that we know ourselves. */
export interface NameZone {
  readonly subnet: Subnet;
  /** Undefined until the names were told: then we cannot say that one does not exist. */
  readonly names: ReadonlyMap<string, string | undefined> | undefined;
  /** The other way round, without the bridge's own address. */
  readonly owners: ReadonlyMap<string, string>;
  /** The uplink's network has names of its own: one label may be one of them. */
  readonly isUplinkLocal: boolean;
}

export function emptyZone(cidr: string): NameZone {
  const subnet = parseSubnet(cidr);
  return { subnet, names: undefined, owners: new Map(), isUplinkLocal: false };
}

/** The zone with these names in the place of all that were there. */
export function zoneWithNames(zone: NameZone, told: readonly WorkloadName[]): NameZone {
  const { gateway } = zone.subnet;
  const names = new Map(told.map(({ name, address }) => [name, addressIn(address, gateway)]));
  const owners = told.flatMap(({ name, address }) =>
    address === undefined || address === 'capsule' ? [] : [[address, name] as const],
  );
  return { ...zone, names, owners: new Map(owners) };
}

function addressIn(address: WorkloadName['address'], gateway: string): string | undefined {
  return address === 'capsule' ? gateway : address;
}
