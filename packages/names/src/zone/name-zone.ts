import { parseSubnet, type Subnet, WORKLOAD_DOMAIN, type WorkloadName } from '@capsule/core';

/** The domain of workload names, as labels. */
export const ZONE: readonly string[] = WORKLOAD_DOMAIN.split('.');

/** The names that the capsule answers itself. */
export interface NameZone {
  readonly subnet: Subnet;
  /** Undefined until the first update: until then no name can be reported as missing. */
  readonly names: ReadonlyMap<string, string | undefined> | undefined;
  /** Names by address, without the bridge's own address. */
  readonly owners: ReadonlyMap<string, string>;
  /** The uplink's network has local names: a name of one label may be one of them. */
  readonly isUplinkLocal: boolean;
}

export function emptyZone(cidr: string): NameZone {
  const subnet = parseSubnet(cidr);
  return { subnet, names: undefined, owners: new Map(), isUplinkLocal: false };
}

/** The zone with these names in place of all earlier ones. */
export function zoneWithNames(zone: NameZone, named: readonly WorkloadName[]): NameZone {
  const { gateway } = zone.subnet;
  const names = new Map(named.map(({ name, address }) => [name, addressIn(address, gateway)]));
  const owners = named.flatMap(({ name, address }) =>
    address === undefined || address === 'capsule' ? [] : [[address, name] as const],
  );
  return { ...zone, names, owners: new Map(owners) };
}

function addressIn(address: WorkloadName['address'], gateway: string): string | undefined {
  return address === 'capsule' ? gateway : address;
}
