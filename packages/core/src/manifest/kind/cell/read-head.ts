import type { DocumentReader, FieldTable, Place } from '../../read/document-reader.ts';
import { READ_ONLY_KEYS } from '../../read/read-only-keys.ts';
import { readText, readWordMap } from '../../read/read-words.ts';

/** Where something is for which a manifest names no place. */
export const DEFAULT_PARTS = { realmId: 'main', spaceId: 'default', stackId: 'default' } as const;

/** The parts that all documents of `v1beta1` have. */
export interface Head {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The fields of `spec:`. */
  readonly spec: ReadonlyMap<string, Place>;
}

const DOCUMENT: FieldTable = {
  fields: ['apiVersion', 'kind', 'metadata', 'spec'],
  readOnly: READ_ONLY_KEYS,
};
const METADATA: FieldTable = { fields: ['name', 'labels'] };

/** Reads `metadata:`, and the fields of `spec:` by a table. `spec.id` says the same as `metadata.name`. */
export function readHead(reader: DocumentReader, root: Place, table: FieldTable): Head | undefined {
  const document = reader.map(root, DOCUMENT);
  if (document === undefined) return undefined;
  const metadataPlace = document.get('metadata');
  const metadata = metadataPlace && reader.map(metadataPlace, METADATA);
  const specPlace = document.get('spec');
  const isEmpty = specPlace === undefined || specPlace.node === null;
  const spec = (isEmpty ? undefined : reader.map(specPlace, table)) ?? new Map<string, Place>();
  const name = readText(reader, metadata?.get('name'));
  const id = readText(reader, spec.get('id'));
  if (name === '' && id === '') reader.refuse('metadata.name', 'is missing');
  if (name !== '' && id !== '' && name !== id) {
    reader.refuse('spec.id', `${id} differs from metadata.name ${name}`, 'remove spec.id');
  }
  const labels = readWordMap(reader, metadata?.get('labels'));
  return { name: name === '' ? id : name, labels, spec };
}
