import {
  type CellNetwork,
  cellKey,
  describePlace,
  isOverlap,
  type MachineRanges,
  parseRange,
  placeKey,
  type RangeUse,
  remedy,
  type ScopeRecord,
  type SpaceNetwork,
  type SpaceNetworkSeen,
  type SpaceNetworks,
} from '@capsule/core';
import { shortList } from './cgroup-parts.ts';
import { type Finding, fail, ok, type Part, partOf, warn } from './part.ts';
import type { StoredRecords } from './records.ts';

export interface NetworkPartsOptions {
  /** Throws while the store is unusable. */
  readonly records: () => StoredRecords;
  readonly network: Pick<CellNetwork, 'list'> & Pick<SpaceNetworks, 'listSpaces'>;
  readonly ranges: MachineRanges;
}

interface Space extends SpaceNetwork {
  readonly key: string;
  readonly name: string;
}

/** Bridges of spaces, conflicts of their ranges with the machine, and addresses of cells. */
export function networkParts({ records, network, ranges }: NetworkPartsOptions): readonly Part[] {
  return [
    partOf('networks', 'bridges', async (signal) => {
      const spaces = spacesOf(records().scopes.list());
      const seen = await network.listSpaces(signal);
      return spaces.map((space) => judgeBridge(space, seen));
    }),
    partOf('networks', 'ranges', async (signal) => {
      const spaces = spacesOf(records().scopes.list());
      const bridges = await network.listSpaces(signal);
      const own = new Set([...spaces, ...bridges].map(({ bridge }) => bridge));
      const uses = (await ranges.usedRanges(signal)).filter(({ device = '' }) => !own.has(device));
      const found = spaces.flatMap((space) => conflictsOf(space, uses));
      return found.length > 0
        ? found
        : ok('no route, address or resolver of the machine is in them');
    }),
    partOf('networks', 'addresses', async (signal) => {
      const seen = await network.list(signal);
      return judgeAddresses(seen, records());
    }),
  ];
}

function spacesOf(scopes: readonly ScopeRecord[]): readonly Space[] {
  return scopes.flatMap(({ place, network, isDeleting }) => {
    if (network === undefined || isDeleting) return [];
    return [{ key: placeKey(place), name: describePlace(place), ...network }];
  });
}

function judgeBridge(
  { key, name, bridge, cidr }: Space,
  seen: readonly SpaceNetworkSeen[],
): Finding {
  const found = seen.find((one) => one.key === key && one.bridge === bridge);
  const fault = faultOf(found, cidr);
  if (fault === undefined) return { name, ...ok(`${bridge} has ${cidr}`) };
  const hint = remedy`capsuled repairs the bridges of all spaces when it starts: restart the capsule`;
  return { name, ...fail(`${bridge} of ${cidr} ${fault}`, hint) };
}

function faultOf(found: SpaceNetworkSeen | undefined, cidr: string): string | undefined {
  if (found === undefined) return 'does not exist';
  if (found.cidr === undefined) return 'has lost its address';
  if (found.cidr !== cidr) return `has the range ${found.cidr}`;
  return found.isUp ? undefined : 'is down';
}

function conflictsOf({ name, cidr }: Space, uses: readonly RangeUse[]): readonly Finding[] {
  const own = parseRange(cidr);
  if (own === undefined) return [];
  const hits = uses.flatMap((one) => {
    const range = parseRange(one.range);
    if (range === undefined || !isOverlap(own, range)) return [];
    // Linux prefers the narrower route, so one around the space leaves the space its traffic.
    return [{ text: describeUse(one), isAround: range.first < own.first || range.last > own.last }];
  });
  if (hits.length === 0) return [];
  const detail = `${cidr} overlaps ${shortList([...new Set(hits.map(({ text }) => text))])}`;
  const hint = remedy`move the route, address or resolver to another range, or create a space with another range and move the cells there`;
  const judge = hits.every(({ isAround }) => isAround) ? warn : fail;
  return [{ name: `range of ${name}`, ...judge(detail, hint) }];
}

function describeUse({ use, range, device }: RangeUse): string {
  return `the ${use} ${range}${device === undefined ? '' : ` of ${device}`}`;
}

function judgeAddresses(
  seen: Awaited<ReturnType<CellNetwork['list']>>,
  { cells, addresses }: StoredRecords,
): Finding {
  const known = new Map(cells.list().map(({ id }) => [cellKey(id), id]));
  const wrong = seen.flatMap(({ key, address, complete }) => {
    const id = known.get(key);
    const stored = id && addresses.get(id);
    if (!complete || stored === undefined || stored === address) return [];
    return [`${key} has ${address ?? 'no address'} instead of ${stored}`];
  });
  const shared = Map.groupBy(
    seen.filter(({ address }) => address !== undefined),
    ({ address }) => address,
  );
  const twice = [...shared]
    .filter(([, owners]) => owners.length > 1)
    .map(([address, owners]) => `${address} is of ${owners.map(({ key }) => key).join(' and ')}`);
  const faults = [...wrong, ...twice];
  if (faults.length === 0) return ok(`cells with an address of their own: ${seen.length}`);
  return fail(shortList(faults), remedy`restart the cells: each then gets its own address again`);
}
