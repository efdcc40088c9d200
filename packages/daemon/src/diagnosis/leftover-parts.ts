import {
  action,
  type CellCgroups,
  type CellNamespaces,
  type CellNetwork,
  type ContainerRef,
  cellKey,
  containerCgroup,
  type NamespaceSeen,
  type Place,
  type ProjectedFile,
  type Projection,
  placeCgroup,
  placeKey,
  placeOfCell,
  placeOfContainer,
  projectionPath,
  type Remedy,
  type RuntimeInventory,
  remedy,
  type SpaceNetworks,
} from '@capsule/core';
import { shortList } from './cgroup-parts.ts';
import { type Finding, ok, type Part, partOf, shared, warn } from './part.ts';
import { type Owners, type StoredRecords, withOwners } from './records.ts';

export interface LeftoverPartsOptions {
  /** Throws while the store is unusable. */
  readonly records: () => Pick<StoredRecords, 'scopes' | 'cells'>;
  readonly inventory: RuntimeInventory;
  readonly runtimeId: (ref: ContainerRef) => string;
  readonly network: Pick<CellNetwork, 'list'> & Pick<SpaceNetworks, 'listSpaces'>;
  readonly namespaces: Pick<CellNamespaces, 'list'>;
  readonly cgroups: Pick<CellCgroups, 'list' | 'listContainers'>;
  readonly projection: Pick<Projection, 'list'>;
  /** The runtime ids of microVMs that have a disk. */
  readonly microVms: () => Promise<readonly string[]>;
  /** The names of the folders with logs, one for each cell. */
  readonly logFolders: () => Promise<readonly string[]>;
}

/** The namespaces that capsules make begin so. */
const OWN_NAMESPACE = /^kukeon-/;

interface Sort<T> {
  readonly name: string;
  readonly look: (signal: AbortSignal) => Promise<T>;
  /** Those of `found` that no record owns. */
  readonly strays: (found: T, owners: Owners) => readonly string[];
  readonly hint: Remedy;
}

/** Parts of one run: everything outside of the store that no record of the store owns. */
export function leftoverParts(options: LeftoverPartsOptions): readonly Part[] {
  const { inventory, runtimeId, network, namespaces, cgroups, projection, microVms, logFolders } =
    options;
  const part = <T>(sort: Sort<T>) => leftoverPart(options.records, sort);
  const content = shared((signal) => inventory.namespaces(signal));
  return [
    part({
      name: 'namespaces',
      look: content,
      strays: strayNamespaces,
      hint: remedy`if it is not needed, remove its containers, snapshots and images with ctr -n NAMESPACE, then run ctr namespaces remove NAMESPACE`,
    }),
    part({
      name: 'containers',
      look: content,
      strays: (found, owners) => strayContainers(found, owners, runtimeId),
      hint: remedy`restart the capsule, which removes those that it made, or run ctr -n NAMESPACE containers remove ID`,
    }),
    part({
      name: 'snapshots',
      look: content,
      strays: straySnapshots,
      hint: remedy`run ctr -n NAMESPACE snapshots remove ID`,
    }),
    part({
      name: 'leases',
      look: content,
      strays: (found, owners) =>
        ofRealms(found, owners).flatMap(({ namespace, leases }) => within(namespace, leases)),
      hint: remedy`restart the capsule, which ends its own, or run ctr -n NAMESPACE leases remove ID`,
    }),
    part({
      name: 'cell networks',
      look: (signal) => network.list(signal),
      strays: (found, owners) => withoutCell(found, owners),
      hint: remedy`run ip netns delete NAME; the link goes with it`,
    }),
    part({
      name: 'pinned namespaces',
      look: () => namespaces.list(),
      strays: (found, owners) => withoutCell(found, owners),
      hint: remedy`restart the capsule, which unpins them`,
    }),
    part({
      name: 'bridges',
      look: (signal) => network.listSpaces(signal),
      strays: (found, { scopes }) => {
        const keys = new Set(scopes.map(({ place }) => placeKey(place)));
        return found.filter(({ key }) => !keys.has(key)).map(({ bridge }) => bridge);
      },
      hint: remedy`run ip link delete BRIDGE`,
    }),
    part({
      name: 'cgroups',
      look: async () => ({ places: await cgroups.list(), leaves: await cgroups.listContainers() }),
      strays: strayCgroups,
      hint: remedy`end the processes in it, then remove its folder below /sys/fs/cgroup with rmdir`,
    }),
    part({
      name: 'microVMs',
      look: microVms,
      strays: (found, { cells }) => {
        const refs = cells.flatMap(({ containers }) => containers.map(({ ref }) => ref));
        const owned = new Set(refs.map(runtimeId));
        return found.filter((id) => !owned.has(id));
      },
      hint: remedy`restart the capsule, which removes those that it made, or remove the folder below microvm of the capsule's state`,
    }),
    part({
      name: 'files',
      look: () => projection.list(),
      strays: strayFiles,
      hint: remedy`move the file out of /opt/kukeon; to change a resource, use ${action('apply')} with a manifest`,
    }),
    part({
      name: 'logs',
      look: logFolders,
      strays: (found, owners) => {
        const keys = cellKeys(owners);
        return found.filter((name) => !keys.has(name));
      },
      hint: remedy`remove the folder below log/workload of the capsule's state`,
    }),
  ];
}

function leftoverPart<T>(
  records: LeftoverPartsOptions['records'],
  { name, look, strays, hint }: Sort<T>,
): Part {
  return partOf('leftovers', name, async (signal): Promise<Finding> => {
    const { found, owners } = await withOwners(records(), () => look(signal));
    const names = [...new Set(strays(found, owners))].toSorted();
    return names.length === 0 ? ok('none') : warn(`without an owner: ${shortList(names)}`, hint);
  });
}

function strayNamespaces(found: readonly NamespaceSeen[], owners: Owners): readonly string[] {
  const known = new Set(owners.scopes.map(({ namespace }) => namespace));
  return found
    .filter(({ namespace, realm }) => OWN_NAMESPACE.test(namespace) || realm !== undefined)
    .filter(({ namespace }) => !known.has(namespace))
    .map(({ namespace, containers: { length } }) =>
      length === 0 ? namespace : `${namespace} (${length} container${length === 1 ? '' : 's'})`,
    );
}

function strayContainers(
  found: readonly NamespaceSeen[],
  owners: Owners,
  runtimeId: LeftoverPartsOptions['runtimeId'],
): readonly string[] {
  const namespaces = new Map(
    owners.scopes.flatMap(({ place: { realm }, namespace }) =>
      namespace === undefined ? [] : [[realm, namespace] as const],
    ),
  );
  const owned = new Set(
    owners.cells.flatMap(({ id, containers }) =>
      containers.map(({ ref }) => `${namespaces.get(id.realm)}/${runtimeId(ref)}`),
    ),
  );
  return ofRealms(found, owners)
    .flatMap(({ namespace, containers }) => within(namespace, containers))
    .filter((name) => !owned.has(name));
}

function straySnapshots(found: readonly NamespaceSeen[], owners: Owners): readonly string[] {
  return ofRealms(found, owners).flatMap(({ namespace, containers, snapshots }) =>
    within(
      namespace,
      snapshots.filter((id) => !containers.includes(id)),
    ),
  );
}

/** The other namespaces are leftovers as a whole, or of other programs. */
function ofRealms(found: readonly NamespaceSeen[], { scopes }: Owners): readonly NamespaceSeen[] {
  const known = new Set(scopes.map(({ namespace }) => namespace));
  return found.filter(({ namespace }) => known.has(namespace));
}

function within(namespace: string, ids: readonly string[]): readonly string[] {
  return ids.map((id) => `${namespace}/${id}`);
}

/** Those of places, and those of containers in cells that exist: a cell without an owner stands for its containers. */
function strayCgroups(
  { places, leaves }: { readonly places: readonly Place[]; readonly leaves: readonly string[] },
  owners: Owners,
): readonly string[] {
  const keys = new Set([...scopeKeys(owners), ...cellKeys(owners)]);
  const strays = places.filter((place) => !keys.has(placeKey(place))).map(placeCgroup);
  const owned = new Set(owners.cells.flatMap(({ containers }) => containers.map(containerCgroup)));
  const isWithinStray = (leaf: string) => strays.some((path) => leaf.startsWith(`${path}/`));
  return [...strays, ...leaves.filter((leaf) => !owned.has(leaf) && !isWithinStray(leaf))];
}

/** Also files that a person has changed, and that were not written again yet. */
function strayFiles(found: readonly ProjectedFile[], { scopes, cells }: Owners): readonly string[] {
  const places = [
    ...scopes.map(({ place }) => place),
    ...cells.map(({ id }) => placeOfCell(id)),
    ...cells.flatMap(({ containers }) => containers.map(({ ref }) => placeOfContainer(ref))),
  ];
  const owned = new Set(places.map(projectionPath));
  return found.flatMap(({ path, state }) => {
    if (!owned.has(path)) return [path];
    return state === 'edited' || state === 'foreign' ? [`${path} (edited)`] : [];
  });
}

function withoutCell(found: readonly { readonly key: string }[], owners: Owners) {
  const keys = cellKeys(owners);
  return found.map(({ key }) => key).filter((key) => !keys.has(key));
}

function cellKeys({ cells }: Owners): ReadonlySet<string> {
  return new Set(cells.map(({ id }) => cellKey(id)));
}

function scopeKeys({ scopes }: Owners): readonly string[] {
  return scopes.map(({ place }) => placeKey(place));
}
