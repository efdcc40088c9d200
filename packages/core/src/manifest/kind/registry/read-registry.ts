import type { RegistrySpec } from '../../../resource/registry.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readFlag, readText, readWords } from '../../read/read-words.ts';

export const REGISTRY_FIELDS = ['mirrors', 'plainHttp', 'insecure', 'caCertificate'] as const;

/** The `registry:` block. What could not be read has been noted; a default stands in its place. */
export function readRegistry(
  reader: DocumentReader,
  place: Place,
): Omit<RegistrySpec, 'name'> | undefined {
  const fields = reader.map(place, { fields: REGISTRY_FIELDS });
  if (fields === undefined) return undefined;
  return {
    mirrors: readWords(reader, fields.get('mirrors'), 'one URL an item'),
    plainHttp: readFlag(reader, fields.get('plainHttp')),
    insecure: readFlag(reader, fields.get('insecure')),
    caCertificate: readText(reader, fields.get('caCertificate')),
  };
}
