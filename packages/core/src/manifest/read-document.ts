import type { Node } from 'yaml';
import { completeSpec } from '../resource/complete-spec.ts';
import { roundUpToUnit } from '../resource/volume.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import type { Manifest } from './manifest.ts';
import { nearestWord } from './nearest-word.ts';
import type { Problem } from './problem.ts';
import { CONTAINER_FIELDS, readContainer } from './read-container.ts';
import { REGISTRY_FIELDS, readRegistry } from './read-registry.ts';
import { readSize } from './read-resources.ts';
import { readSchedule } from './read-schedule.ts';
import { validateRegistry } from './validate-registry.ts';
import { validateVolume } from './validate-volume.ts';
import { validateWorkload } from './validate-workload.ts';

/** What `get -o yaml` adds for people; apply reads over it (documented in the reference). */
export const READ_ONLY_KEYS = ['status', 'generation', 'uid', 'createdAt', 'desiredState'] as const;

const TABLE = {
  fields: ['name', 'kind', 'container'],
  readOnly: READ_ONLY_KEYS,
  elsewhere: new Map(CONTAINER_FIELDS.map((field) => [field, `container.${field}`])),
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

type Kind = 'container' | 'microVm' | 'volume' | 'registry';
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
      return readWorkloadDocument(reader, root);
    case 'registry':
      return readRegistryDocument(reader, root);
    case 'volume':
      return readVolumeDocument(reader, root);
    default:
      return undefined;
  }
}

function readWorkloadDocument(reader: DocumentReader, root: Place): Manifest | undefined {
  const fields = reader.map(root, TABLE);
  const container = fields?.get('container');
  const name = readName(reader, fields);
  if (container === undefined) reader.refuse('container', 'is missing', 'kind Container needs it');
  const rest = container && readContainer(reader, container);
  if (rest === undefined) return undefined;
  const spec = completeSpec({ name, ...rest });
  noteRules(reader, validateWorkload(spec));
  if (reader.problems.length > 0) return undefined;
  return { kind: 'workload', spec, positions: reader.positions };
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
  if (kind === 'microVm') return refuseLater(reader, word);
  if (kind !== undefined) return kind;
  const near = nearestWord(word, Object.keys(KINDS));
  const hint = near ? `did you mean ${near}?` : 'Container';
  return reader.refuse('kind', `${JSON.stringify(word)} is not a kind`, hint);
}

function refuseLater(reader: DocumentReader, word: string): undefined {
  const message = `this version of capsule does not run ${word} yet`;
  return reader.refuse('kind', message, 'Container, Volume and Registry are what it knows');
}

/** The rules of meaning, where the shape was right: one complaint for each place is enough. */
function noteRules(reader: DocumentReader, problems: readonly Problem[]): void {
  const noted = new Set(reader.problems.map((problem) => problem.path));
  for (const { path, message, hint } of problems) {
    if (!noted.has(path)) reader.refuse(path, message, hint);
  }
}
