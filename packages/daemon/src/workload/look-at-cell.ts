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
  containerKey,
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
type Found = Omit<ContainerLook, 'status'> & {
  /** The number of the look that found them. */
  readonly begun: number;
};
export type CellFound = Omit<CellSeen, 'containers'> & { readonly containers: readonly Found[] };

/** The result of an earlier look, of which all that the steps after it did not touch is still good. */
export interface EarlierLook {
  readonly record: CellRecord;
  readonly found: CellFound;
  /** Keys of the containers with steps; there was no step of the whole cell. */
  readonly touched: ReadonlySet<string>;
}

export interface LookRequest {
  readonly record: CellRecord;
  /** A number to record the result with. */
  readonly begun: number;
  readonly earlier: EarlierLook | undefined;
}

/** Reads everything that a plan of a cell needs and that is not stored. */
export async function lookAtCell(
  { record, begun, earlier }: LookRequest,
  parts: CellLookParts,
  signal: AbortSignal,
): Promise<CellFound> {
  const { id } = record;
  const digestOf = imagesOf(record, parts.images, signal);
  const look = async (container: ContainerRecord): Promise<Found> =>
    earlierLookAt(container, record, earlier) ?? {
      ...(await lookAtContainer(container, { ...parts, digestOf }, signal)),
      begun,
    };
  const isKept = isSameCell(record, earlier?.record);
  const [containers, network, namespaces, attached] = await Promise.all([
    Promise.all(record.containers.map(look)),
    isKept
      ? earlier?.found.network
      : parts.network.inspect(cellKey(id), signal, fileNamesOf(record)),
    isKept ? earlier?.found.namespaces : parts.namespaces.inspect(cellKey(id)),
    parts.volumes.heldBy(id).length === 0 ? NONE : parts.volumeBackend.attached(),
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

const NONE: ReadonlyMap<string, VolumeUse> = new Map();

function isSameCell(now: CellRecord, before: CellRecord | undefined): boolean {
  return now.uid === before?.uid && now.generation === before.generation;
}

function earlierLookAt(
  { ref }: ContainerRecord,
  record: CellRecord,
  earlier: EarlierLook | undefined,
): Found | undefined {
  if (earlier === undefined || !isSameCell(record, earlier.record)) return undefined;
  const key = containerKey(ref);
  if (earlier.touched.has(key)) return undefined;
  const at = earlier.record.containers.findIndex((one) => containerKey(one.ref) === key);
  return earlier.found.containers[at];
}

type DigestOf = (reference: string) => Promise<string | undefined>;

/** Containers of a cell often have one image: each is asked for once. */
function imagesOf({ id }: CellRecord, images: ImageStores, signal: AbortSignal): DigestOf {
  const asked = new Map<string, Promise<string | undefined>>();
  const ask = async (reference: string) =>
    (await images.of(id.realm).get(reference, signal))?.digest;
  return (reference) => {
    const answer = asked.get(reference) ?? ask(reference);
    asked.set(reference, answer);
    return answer;
  };
}

async function lookAtContainer(
  { ref, spec: { image } }: ContainerRecord,
  { digestOf, runtime, logs }: CellLookParts & { readonly digestOf: DigestOf },
  signal: AbortSignal,
): Promise<Omit<Found, 'begun'>> {
  // A microVM may have a kernel and a disk instead of an image.
  const reference = image === '' ? '' : normaliseImageReference(image);
  const [imageDigest, seen, hasLogs] = await Promise.all([
    reference === '' ? undefined : digestOf(reference),
    runtime.inspect(ref, signal),
    logs.exist(ref),
  ]);
  return { reference, imageDigest, seen, hasLogs };
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
