import type { RegistrySpec } from '../../../resource/registry/registry.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readName } from '../../read/read-name.ts';
import { readFlag, readText, readWords } from '../../read/read-words.ts';

export const REGISTRY_FIELDS = ['mirrors', 'plainHttp', 'insecure', 'caCertificate'] as const;

const TABLE = {
  fields: ['name', 'kind', 'registry'],
  readOnly: ['username'],
  elsewhere: new Map(REGISTRY_FIELDS.map((field) => [field, `registry.${field}`])),
} as const;

/** A document of `kind: Registry`. */
export function readRegistry(reader: DocumentReader, root: Place): RegistrySpec | undefined {
  const fields = reader.map(root, TABLE);
  const name = readName(reader, fields);
  const block = fields?.get('registry');
  if (block === undefined) reader.refuse('registry', 'is missing', 'kind Registry needs it');
  const rest = block && readBlock(reader, block);
  return rest && { name, ...rest };
}

/** Reads the `registry:` block. A default replaces an unreadable field, which the reader has recorded. */
function readBlock(reader: DocumentReader, place: Place): Omit<RegistrySpec, 'name'> | undefined {
  const fields = reader.map(place, { fields: REGISTRY_FIELDS });
  if (fields === undefined) return undefined;
  return {
    mirrors: readWords(reader, fields.get('mirrors'), 'write one URL in each item'),
    plainHttp: readFlag(reader, fields.get('plainHttp')),
    insecure: readFlag(reader, fields.get('insecure')),
    caCertificate: readText(reader, fields.get('caCertificate')),
  };
}
