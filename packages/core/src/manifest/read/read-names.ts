import type { Dns, ExtraHost } from '../../resource/cell/cell.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { readText, readWordMap, readWords } from './read-words.ts';

/** `extraHosts: [{hostname, address}]`, or a map of both. */
export function readExtraHosts(
  reader: DocumentReader,
  place: Place | undefined,
): readonly ExtraHost[] {
  if (place === undefined) return [];
  if (reader.asMap(place) !== undefined) {
    const map = readWordMap(reader, place);
    return Object.entries(map).map(([hostname, address]) => ({ hostname, address }));
  }
  return (reader.list(place, 'or a map of names and addresses') ?? []).flatMap((item) => {
    const fields = reader.map(item, { fields: ['hostname', 'address'] });
    if (fields === undefined) return [];
    for (const field of ['hostname', 'address']) {
      if (!fields.has(field)) reader.refuse(`${item.path}.${field}`, 'is missing');
    }
    const hostname = readText(reader, fields.get('hostname'));
    return [{ hostname, address: readText(reader, fields.get('address')) }];
  });
}

/** `dns: {nameservers: [192.0.2.1], searches: [lan], options: [ndots:2]}` */
export function readDns(reader: DocumentReader, place: Place | undefined): Dns {
  const known = ['nameservers', 'searches', 'options'] as const;
  const fields = place && reader.map(place, { fields: known });
  const words = (field: (typeof known)[number]) => readWords(reader, fields?.get(field));
  return {
    nameservers: words('nameservers'),
    searches: words('searches'),
    options: words('options'),
  };
}
