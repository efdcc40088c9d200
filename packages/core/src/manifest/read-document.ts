import type { Node } from 'yaml';
import { completeSpec } from '../resource/complete-spec.ts';
import { roundUpToUnit } from '../resource/volume.ts';
import type { WorkloadKind } from '../resource/workload.ts';
import { REGISTRY_FIELDS, readRegistry } from './kind/registry/read-registry.ts';
import { validateRegistry } from './kind/registry/validate-registry.ts';
import { validateVolume } from './kind/volume/validate-volume.ts';
import { KIND_WORDS } from './kind/workload/manifest-from-workload.ts';
import { CONTAINER_FIELDS, readContainer } from './kind/workload/read-container.ts';
import { MICRO_VM_FIELDS, readMicroVm } from './kind/workload/read-micro-vm.ts';
import { validateWorkload } from './kind/workload/validate-workload.ts';
import type { Manifest } from './manifest.ts';
import type { Problem } from './problem.ts';
import type { DocumentReader, Place } from './read/document-reader.ts';
import { nearestWord } from './read/nearest-word.ts';
import { readSize } from './read/read-resources.ts';
import { readSchedule } from './read/read-schedule.ts';

/** What `get -o yaml` adds for people; apply reads over it (documented in the reference). */
export const READ_ONLY_KEYS = ['status', 'generation', 'uid', 'createdAt', 'desiredState'] as const;

/** Of each kind: the fields of its block, and how it is read. */
const BLOCKS = {
  container: { names: CONTAINER_FIELDS, read: readContainer },
  microVm: { names: MICRO_VM_FIELDS, read: readMicroVm },
} as const;

const REGISTRY_TABLE = {
  fields: ['name', 'kind', 'registry'],
  readOnly: ['username'],
  elsewhere: new Map(REGISTRY_FIELDS.map((field) => [field, `registry.${field}`])),
} as const;

const VOLUME_TABLE = {
  fields: ['name', 'kind', 'size', 'snapshotSchedule'],
  readOnly: READ_ONLY_KEYS,
} as const;

type Kind = WorkloadKind | 'volume' | 'registry';
const KINDS: Readonly<Record<string, Kind>> = {
  Container: 'container',
  WORKLOAD_KIND_CONTAINER: 'container',
  MicroVM: 'microVm',
  WORKLOAD_KIND_MICRO_VM: 'microVm',
  Volume: 'volume',
  Registry: 'registry',
};

/** Reads and checks one document. Undefined when a problem was noted. */
export function readDocument(reader: DocumentReader, node: Node | null): Manifest | undefined {
  const root = { path: '', node };
  switch (readKind(reader, root)) {
    case 'container':
      return readWorkloadDocument(reader, root, 'container');
    case 'microVm':
      return readWorkloadDocument(reader, root, 'microVm');
    case 'registry':
      return readRegistryDocument(reader, root);
    case 'volume':
      return readVolumeDocument(reader, root);
    default:
      return undefined;
  }
}

function readWorkloadDocument(
  reader: DocumentReader,
  root: Place,
  kind: WorkloadKind,
): Manifest | undefined {
  const other = kind === 'container' ? 'microVm' : 'container';
  const { names, read } = BLOCKS[kind];
  const fields = reader.map(root, {
    fields: ['name', 'kind', kind, ...(hasBlock(reader, root, other) ? [other] : [])],
    readOnly: READ_ONLY_KEYS,
    elsewhere: new Map(names.map((field) => [field, `${kind}.${field}`])),
  });
  const name = readName(reader, fields);
  const block = fields?.get(kind) ?? takeOther(reader, fields?.get(other), kind);
  if (fields?.has(kind) && fields.has(other)) {
    reader.refuse(other, `does not belong to kind ${KIND_WORDS[kind]}`, 'remove it');
  }
  if (block === undefined) reader.refuse(kind, 'is missing', `kind ${KIND_WORDS[kind]} needs it`);
  const rest = block && read(reader, block);
  if (rest === undefined) return undefined;
  const spec = completeSpec({ name, ...rest });
  noteRules(reader, validateWorkload(spec));
  if (reader.problems.length > 0) return undefined;
  return { kind: 'workload', spec, positions: reader.positions };
}

/** Whoever flips the kind has the old block still. It is read as the right one, to tell all at once. */
function takeOther(
  reader: DocumentReader,
  block: Place | undefined,
  kind: WorkloadKind,
): Place | undefined {
  if (block === undefined) return undefined;
  const message = `kind: ${KIND_WORDS[kind]} needs \`${kind}:\``;
  reader.refuse(block.path, message, `rename \`${block.path}:\` to \`${kind}:\``);
  const position = reader.positions.get(block.path);
  if (position) reader.positions.set(kind, position);
  return { path: kind, node: block.node };
}

/** In either spelling. */
function hasBlock(reader: DocumentReader, root: Place, block: WorkloadKind): boolean {
  const map = reader.asMap(root);
  return map?.has(block) === true || (block === 'microVm' && map?.has('micro_vm') === true);
}

function readRegistryDocument(reader: DocumentReader, root: Place): Manifest | undefined {
  const fields = reader.map(root, REGISTRY_TABLE);
  const name = readName(reader, fields);
  const block = fields?.get('registry');
  if (block === undefined) reader.refuse('registry', 'is missing', 'kind Registry needs it');
  const rest = block && readRegistry(reader, block);
  if (rest === undefined) return undefined;
  const spec = { name, ...rest };
  noteRules(reader, validateRegistry(spec));
  if (reader.problems.length > 0) return undefined;
  return { kind: 'registry', spec, positions: reader.positions };
}

function readVolumeDocument(reader: DocumentReader, root: Place): Manifest | undefined {
  const fields = reader.map(root, VOLUME_TABLE);
  const name = readName(reader, fields);
  const size = fields?.get('size');
  if (size === undefined) reader.refuse('size', 'is missing', 'size: 2GiB');
  if (size === undefined) return undefined;
  const sizeBytes = roundUpToUnit(readSize(reader, size));
  const snapshotSchedule = readSchedule(reader, fields?.get('snapshotSchedule'));
  const spec = { name, sizeBytes, ...(snapshotSchedule && { snapshotSchedule }) };
  noteRules(reader, validateVolume(spec));
  if (reader.problems.length > 0) return undefined;
  return { kind: 'volume', spec, positions: reader.positions };
}

function readName(reader: DocumentReader, fields: ReadonlyMap<string, Place> | undefined): string {
  const name = fields?.get('name');
  if (name === undefined) reader.refuse('name', 'is missing');
  return (name && reader.string(name)) ?? '';
}

/** The kind decides which keys are right, so it is read before them. */
function readKind(reader: DocumentReader, root: Place): Kind | undefined {
  const map = reader.asMap(root);
  if (map === undefined) {
    return reader.refuse('', 'a manifest is a map', 'name: …, kind: Container, container: …');
  }
  if (map.has('apiVersion')) {
    const message =
      'manifests with an `apiVersion` (Realm, Space, Stack, Cell) are not supported yet';
    return reader.refuse('apiVersion', message, 'use the flat form: name, kind, container');
  }
  const node = map.get('kind', true);
  if (node === undefined) {
    return reader.refuse('kind', 'is missing', 'kind: Container');
  }
  reader.remember('kind', node);
  const word = reader.string({ path: 'kind', node });
  if (word === undefined) return undefined;
  const kind = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (kind !== undefined) return kind;
  const near = nearestWord(word, Object.keys(KINDS));
  const hint = near ? `did you mean ${near}?` : 'Container, MicroVM, Volume or Registry';
  return reader.refuse('kind', `${JSON.stringify(word)} is not a kind`, hint);
}

/** The rules of meaning, where the shape was right: one complaint for each place is enough. */
function noteRules(reader: DocumentReader, problems: readonly Problem[]): void {
  const noted = new Set(reader.problems.map((problem) => problem.path));
  for (const { path, message, hint } of problems) {
    if (!noted.has(path)) reader.refuse(path, message, hint);
  }
}
