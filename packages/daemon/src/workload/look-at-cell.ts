import {
  type CellNamespaces,
  type CellNetwork,
  type CellRecord,
  type CellSeen,
  type CellSpec,
  type ContainerLook,
  type ContainerRecord,
  type ContainerRuntime,
  cellKey,
  fileNamesOf,
  type ImageStores,
  normaliseImageReference,
  type VolumeBackend,
  type VolumesSeen,
  type VolumeUse,
  volumesOf,
  volumeUse,
} from '@capsule/core';
import type { PortPublisher } from '../network/publish-ports.ts';
import type { Addresses } from '../store/addresses.ts';
import type { VolumeRecords } from '../volume/records.ts';
import type { ContainerLogs } from './container-logs.ts';

export interface CellLookParts {
  readonly runtime: Pick<ContainerRuntime, 'inspect'>;
  readonly images: ImageStores;
  readonly network: Pick<CellNetwork, 'inspect'>;
  readonly namespaces: Pick<CellNamespaces, 'inspect'>;
  readonly volumes: Pick<VolumeRecords, 'heldBy'>;
  readonly volumeBackend: Pick<VolumeBackend, 'attached'>;
  readonly addresses: Pick<Addresses, 'get'>;
  readonly publisher: Pick<PortPublisher, 'stateOf'>;
  readonly logs: Pick<ContainerLogs, 'exist'>;
  readonly waitingFor: (spec: CellSpec) => readonly string[];
}

/** Observed facts about a container; its stored status is added later. */
type Found = Omit<ContainerLook, 'status'>;
export type CellFound = Omit<CellSeen, 'containers'> & { readonly containers: readonly Found[] };

/** Reads everything that a plan of a cell needs and that is not stored. */
export async function lookAtCell(
  record: CellRecord,
  parts: CellLookParts,
  signal: AbortSignal,
): Promise<CellFound> {
  const { id } = record;
  const [containers, network, namespaces, attached] = await Promise.all([
    Promise.all(record.containers.map((one) => lookAtContainer(one, parts, signal))),
    parts.network.inspect(cellKey(id), signal, fileNamesOf(record)),
    parts.namespaces.inspect(cellKey(id)),
    parts.volumeBackend.attached(),
  ]);
  return {
    waitingFor: parts.waitingFor(record.spec),
    address: parts.addresses.get(id),
    network,
    namespaces,
    ports: parts.publisher.stateOf(id),
    volumes: lookAtVolumes(record, parts, attached),
    containers,
  };
}

async function lookAtContainer(
  { ref, spec: { image } }: ContainerRecord,
  { images, runtime, logs }: CellLookParts,
  signal: AbortSignal,
): Promise<Found> {
  // A microVM may have a kernel and a disk instead of an image.
  const reference = image === '' ? '' : normaliseImageReference(image);
  const [cached, seen, hasLogs] = await Promise.all([
    reference === '' ? undefined : images.of(ref.cell.realm).get(reference, signal),
    runtime.inspect(ref, signal),
    logs.exist(ref),
  ]);
  return { reference, imageDigest: cached?.digest, seen, hasLogs };
}

function lookAtVolumes(
  record: CellRecord,
  { volumes }: CellLookParts,
  attached: ReadonlyMap<string, VolumeUse>,
): VolumesSeen {
  const held = volumes.heldBy(record.id);
  const use = volumeUse(record.spec);
  const ready = held.filter(({ name }) => attached.get(name) === use);
  const wanted = volumesOf(record);
  return {
    held: held.map(({ name }) => name),
    missing: wanted.filter((name) => !ready.some((one) => one.name === name)),
    // A guest fills a due volume by itself, but cannot remove a partial copy for a container.
    unfilled: ready
      .filter(({ filling }) => filling === 'underway' || (filling === 'due' && use !== 'lent'))
      .filter(({ name }) => wanted.includes(name))
      .map(({ name }) => name),
  };
}
