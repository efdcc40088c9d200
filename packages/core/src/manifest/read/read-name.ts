import type { DocumentReader, Place } from './document-reader.ts';

/** The `name` of a document; empty where it is missing, which is noted. */
export function readName(
  reader: DocumentReader,
  fields: ReadonlyMap<string, Place> | undefined,
): string {
  const name = fields?.get('name');
  if (name === undefined) reader.refuse('name', 'is missing');
  return (name && reader.string(name)) ?? '';
}
