import type { Node } from 'yaml';
import { completeSpec } from '../resource/complete-spec.ts';
import type { WorkloadSpec } from '../resource/workload.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import type { Manifest } from './manifest.ts';
import { nearestWord } from './nearest-word.ts';
import { CONTAINER_FIELDS, readContainer } from './read-container.ts';
import { validateWorkload } from './validate-workload.ts';

/** What `get -o yaml` adds for people; apply reads over it (documented in the reference). */
export const READ_ONLY_KEYS = ['status', 'generation', 'uid', 'createdAt', 'desiredState'] as const;

const TABLE = {
  fields: ['name', 'kind', 'container'],
  readOnly: READ_ONLY_KEYS,
  elsewhere: new Map(CONTAINER_FIELDS.map((field) => [field, `container.${field}`])),
} as const;

const KINDS: Readonly<Record<string, 'container' | 'microVm' | 'volume'>> = {
  Container: 'container',
  WORKLOAD_KIND_CONTAINER: 'container',
  MicroVM: 'microVm',
  WORKLOAD_KIND_MICRO_VM: 'microVm',
  Volume: 'volume',
};

/** Reads and checks one document. Undefined when a problem was noted. */
export function readDocument(reader: DocumentReader, node: Node | null): Manifest | undefined {
  const root = { path: '', node };
  const kind = readKind(reader, root);
  if (kind !== 'container') return undefined;
  const fields = reader.map(root, TABLE);
  const name = fields?.get('name');
  const container = fields?.get('container');
  if (name === undefined) reader.refuse('name', 'is missing');
  if (container === undefined) reader.refuse('container', 'is missing', 'kind Container needs it');
  const nameText = name && reader.string(name);
  const rest = container && readContainer(reader, container);
  if (rest === undefined) return undefined;
  const spec = completeSpec({ name: nameText ?? '', ...rest });
  noteRules(reader, spec);
  if (reader.problems.length > 0) return undefined;
  return { kind: 'workload', spec, positions: reader.positions };
}

/** The kind decides which keys are right, so it is read before them. */
function readKind(reader: DocumentReader, root: Place): string | undefined {
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
  if (kind === 'container') return kind;
  if (kind !== undefined) return refuseLater(reader, word);
  const near = nearestWord(word, Object.keys(KINDS));
  const hint = near ? `did you mean ${near}?` : 'Container';
  return reader.refuse('kind', `${JSON.stringify(word)} is not a kind`, hint);
}

function refuseLater(reader: DocumentReader, word: string): undefined {
  const message = `this version of capsule does not run ${word} yet`;
  return reader.refuse('kind', message, 'only Container runs in this version');
}

/** The rules of meaning, where the shape was right: one complaint for each place is enough. */
function noteRules(reader: DocumentReader, spec: WorkloadSpec): void {
  const noted = new Set(reader.problems.map((problem) => problem.path));
  for (const { path, message, hint } of validateWorkload(spec)) {
    if (!noted.has(path)) reader.refuse(path, message, hint);
  }
}
