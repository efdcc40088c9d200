import { isMap, isScalar, isSeq } from 'yaml';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { LATER_FIELD } from './later-fields.ts';

/** Refuses fields that a later version brings, where they say anything. */
export function refuseLater(
  reader: DocumentReader,
  fields: ReadonlyMap<string, Place>,
  names: readonly string[],
): void {
  for (const name of names) {
    const place = fields.get(name);
    if (place === undefined || saysNothing(place)) continue;
    reader.refuse(place.path, `\`${name}\` is not supported`, LATER_FIELD);
  }
}

function saysNothing({ node }: Place): boolean {
  if (node === null) return true;
  if (isSeq(node) || isMap(node)) return node.items.length === 0;
  return isScalar(node) && (node.value === null || node.value === false || node.value === '');
}
