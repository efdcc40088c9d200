import { isDeepStrictEqual } from 'node:util';
import {
  type CellRecord,
  type ContainerRecord,
  cellKey,
  containerKey,
  containerRevision,
  isAlive,
  isRunDue,
  isRunOver,
  type Place,
  placeKey,
  placeOfCell,
  placeOfContainer,
  projectionPath,
} from '@capsule/core';
import type { KillWorld } from './kill-world.ts';

/** Differences between the store and the outside: what runs and should not, what is left, what is missing. */
export async function faultsOf(world: KillWorld): Promise<readonly string[]> {
  const running = world.capsuled.resources.records.cells.list().filter((one) => isUp(world, one));
  return [
    ...(await faultsOfContainers(world, running)),
    ...(await faultsOfVolumes(world)),
    ...faultsOfNetwork(world, running),
    ...(await faultsOfPlaces(world, running)),
  ];
}

/** The cell is to run, and its root has not ended for good. */
function isUp(world: KillWorld, { desired, containers: [root] }: CellRecord): boolean {
  return desired === 'running' && root !== undefined && !isOver(world, root);
}

function isOver({ capsuled }: KillWorld, record: ContainerRecord): boolean {
  return isRunOver(record, capsuled.resources.observer.statusOf(record.ref));
}

async function faultsOfContainers(
  world: KillWorld,
  running: readonly CellRecord[],
): Promise<readonly string[]> {
  const { cells } = world.capsuled.resources.records;
  const seen = await world.outside.runtime.list();
  const alive = seen.filter(({ task }) => isAlive(task));
  const wanted = running
    .flatMap(({ containers }) => containers)
    .filter((one) => one.desired === 'running' && !isOver(world, one));
  const strays = seen.filter(({ ref }) => cells.container(ref) === undefined);
  return [
    ...strays.map(({ ref }) => `a container is left: ${containerKey(ref)}`),
    ...differences(
      'what runs',
      keysOf(alive.map(({ ref }) => containerKey(ref))),
      keysOf(wanted.map(({ ref }) => containerKey(ref))),
    ),
    ...wanted
      .filter((one) => !isCurrent(world, one, seen))
      .map(({ ref }) => `${ref.container} does not run as stored`),
  ];
}

function isCurrent(
  { capsuled }: KillWorld,
  record: ContainerRecord,
  all: Awaited<ReturnType<KillWorld['outside']['runtime']['list']>>,
): boolean {
  const seen = all.find(({ ref }) => containerKey(ref) === containerKey(record.ref));
  const status = capsuled.resources.observer.statusOf(record.ref);
  return (
    seen?.revision === containerRevision(record) &&
    seen.pid === status.pid &&
    !isRunDue(record, status)
  );
}

async function faultsOfVolumes({ capsuled, outside }: KillWorld): Promise<readonly string[]> {
  const { volumes } = capsuled.resources.records;
  const stored = volumes.list();
  const attached = await outside.volumes.backend.attached();
  const disk = await outside.volumes.backend.list();
  const held = stored.filter(({ holder }) => holder !== undefined);
  return [
    ...differences(
      'attached volumes',
      keysOf(attached.keys()),
      keysOf(held.map(({ name }) => name)),
    ),
    ...differences(
      'volumes',
      keysOf(disk.map(({ name }) => name)),
      keysOf(stored.map(({ name }) => name)),
    ),
    ...stored
      .filter(({ stage }) => stage !== 'ready')
      .map(({ name }) => `volume ${name} is not ready`),
  ];
}

function faultsOfNetwork(
  { capsuled, outside, names }: KillWorld,
  running: readonly CellRecord[],
): readonly string[] {
  const { cells, addresses } = capsuled.resources.records;
  const { network, namespaces } = outside.network;
  const keys = keysOf(running.map(({ id }) => cellKey(id)));
  const attached = [...network.state.cells.values()].filter(({ complete }) => complete);
  const ports = running.flatMap(({ id, containers }) =>
    containers
      .filter(({ desired }) => desired === 'running')
      .flatMap(({ spec }) => spec.ports.map(({ hostPort }) => `${hostPort} ${addresses.get(id)}`)),
  );
  const published = network.state.published.map(
    ({ hostPort, address }) => `${hostPort} ${address}`,
  );
  const named = cells.list().filter(({ desired }) => desired !== 'deleting');
  return [
    ...differences('networks', keysOf(network.state.cells.keys()), keys),
    ...differences('complete networks', keysOf(attached.map(({ key }) => key)), keys),
    ...differences('pinned namespaces', keysOf(namespaces.pins.keys()), keys),
    ...differences('ports', keysOf(published), keysOf(ports)),
    ...differences(
      'names',
      keysOf((names.names ?? []).map(({ cell }) => cellKey(cell))),
      keysOf(named.map(({ id }) => cellKey(id))),
    ),
  ];
}

async function faultsOfPlaces(
  { capsuled, outside, projection, store }: KillWorld,
  running: readonly CellRecord[],
): Promise<readonly string[]> {
  const { cells, scopes } = capsuled.resources.records;
  const all = cells.list();
  const places = [
    ...scopes.list().map(({ place }) => place),
    ...all.map(({ id }) => placeOfCell(id)),
  ];
  const cgroups = await outside.cgroups.list();
  const left = cgroups.filter((one) => !places.some((place) => placeKey(place) === placeKey(one)));
  const spaces = scopes.list().filter(({ network }) => network !== undefined);
  const namespaces = scopes.list().flatMap(({ namespace }) => namespace ?? []);
  const containers = all.flatMap((one) => one.containers.map(({ ref }) => placeOfContainer(ref)));
  const files = [...places, ...containers].map(projectionPath);
  const owners = store.all('SELECT owner FROM address').map(({ owner }) => String(owner));
  const spaceKeys = keysOf(spaces.map(({ place }) => placeKey(place)));
  const missing = running.map(({ id }) => placeOfCell(id)).filter((place) => !has(cgroups, place));
  return [
    ...left.map((place) => `a cgroup is left: ${placeKey(place)}`),
    ...missing.map((place) => `no cgroup: ${placeKey(place)}`),
    ...owners.filter((owner) => !has(places, owner)).map((owner) => `an address is left: ${owner}`),
    ...differences('spaces', keysOf(outside.network.network.state.spaces.keys()), spaceKeys),
    ...differences(
      'namespaces of realms',
      keysOf(outside.realmStore.namespaces.keys()),
      keysOf(namespaces),
    ),
    ...differences('files', keysOf(projection.files.keys()), keysOf(files)),
    ...scopes
      .list()
      .filter(({ isDeleting }) => isDeleting)
      .map(({ place }) => `${placeKey(place)} still goes`),
  ];
}

function has(places: readonly Place[], one: Place | string): boolean {
  const key = typeof one === 'string' ? one : placeKey(one);
  return places.some((place) => placeKey(place) === key);
}

function keysOf(keys: Iterable<string>): readonly string[] {
  return [...keys].toSorted();
}

function differences(
  name: string,
  is: readonly string[],
  should: readonly string[],
): readonly string[] {
  return isDeepStrictEqual(is, should) ? [] : [`${name}: ${is.join()} instead of ${should.join()}`];
}
