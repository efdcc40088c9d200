import {
  addressToNumber,
  type CellId,
  type CellNames,
  cellKey,
  parseSubnet,
  type Subnet,
  WORKLOAD_DOMAIN,
} from '@capsule/core';

/** The domain of workload names, as labels. */
export const ZONE: readonly string[] = WORKLOAD_DOMAIN.split('.');

/** The space whose cells ask. */
export interface ZoneSpace extends Pick<CellId, 'realm' | 'space'> {
  readonly subnet: Subnet;
}

/** The names that the capsule answers itself, for cells of one space. */
export interface NameZone extends ZoneSpace {
  /** Undefined until the first update: until then no name can be reported as missing. */
  readonly names: SpaceNames | undefined;
  /** Ranges of the other spaces: no resolver of the uplink is asked about their addresses. */
  readonly others: readonly Subnet[];
  /** The uplink's network has local names: a name of one label may be one of them. */
  readonly isUplinkLocal: boolean;
}

/** Cells that have a name, with the address of each that has one now. */
export interface NamedCell {
  readonly id: CellId;
  readonly address: string | undefined;
}

/** The names of one space. */
export interface SpaceNames {
  /** By the name of the cell. */
  readonly cells: ReadonlyMap<string, readonly NamedCell[]>;
  readonly aliases: ReadonlyMap<string, readonly NamedCell[]>;
  readonly stacks: ReadonlySet<string>;
  /** Cells by address, without those in the capsule's own network. */
  readonly owners: ReadonlyMap<string, CellId>;
}

/** Pure. */
export function zoneOf(
  { realm, space, subnet }: ZoneSpace,
  names: readonly CellNames[] | undefined,
): NameZone {
  const own = names?.filter(({ cell }) => cell.realm === realm && cell.space === space);
  const named = own && namesOfSpace(own, subnet.gateway);
  return { realm, space, subnet, names: named, others: [], isUplinkLocal: false };
}

/** Pure. */
export function zoneSpace(key: string, cidr: string): ZoneSpace {
  const [realm = '', space = ''] = key.split('_');
  return { realm, space, subnet: parseSubnet(cidr) };
}

function namesOfSpace(list: readonly CellNames[], gateway: string): SpaceNames {
  const cells = new Map<string, NamedCell[]>();
  const aliases = new Map<string, NamedCell[]>();
  const owners = new Map<string, CellId>();
  for (const { cell, aliases: more, address } of list.toSorted(byKey)) {
    const named = { id: cell, address: address === 'capsule' ? gateway : address };
    add(cells, cell.cell, named);
    for (const alias of new Set(more)) add(aliases, alias, named);
    if (address !== undefined && address !== 'capsule') owners.set(address, cell);
  }
  return { cells, aliases, stacks: new Set(list.map(({ cell }) => cell.stack)), owners };
}

function byKey(a: CellNames, b: CellNames): number {
  return cellKey(a.cell) < cellKey(b.cell) ? -1 : 1;
}

function add(map: Map<string, NamedCell[]>, name: string, cell: NamedCell): void {
  const before = map.get(name);
  if (before === undefined) map.set(name, [cell]);
  else before.push(cell);
}

/** Addresses that a list of cells has, each once and in order. Pure. */
export function addressesOf(cells: readonly NamedCell[]): readonly string[] {
  const addresses = new Set(cells.flatMap(({ address }) => address ?? []));
  return [...addresses].sort((a, b) => addressToNumber(a) - addressToNumber(b));
}
