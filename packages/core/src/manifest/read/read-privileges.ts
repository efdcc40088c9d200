import { capabilityName } from '../../resource/cell/capability-names.ts';
import type { CapabilityChange, Ulimit } from '../../resource/cell/container-settings.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { readText, readWords } from './read-words.ts';

/** `capabilities: {add: [NET_ADMIN], drop: [ALL]}` */
export function readCapabilities(
  reader: DocumentReader,
  place: Place | undefined,
): CapabilityChange {
  const fields = place && reader.map(place, { fields: ['add', 'drop'] });
  const names = (field: 'add' | 'drop') =>
    readWords(reader, fields?.get(field)).map(capabilityName);
  return { add: names('add'), drop: names('drop') };
}

/** `ulimits: [{name: nofile, soft: 1024, hard: unlimited}]`; `hard` alone counts for both. */
export function readUlimits(reader: DocumentReader, place: Place | undefined): readonly Ulimit[] {
  const items = (place && reader.list(place)) ?? [];
  return items.flatMap((item) => {
    const fields = reader.map(item, { fields: ['name', 'soft', 'hard'] });
    if (fields === undefined) return [];
    for (const field of ['name', 'hard']) {
      if (!fields.has(field)) reader.refuse(`${item.path}.${field}`, 'is missing');
    }
    const hard = readLimit(reader, fields.get('hard'));
    const soft = fields.get('soft');
    return [
      {
        name: readText(reader, fields.get('name')).toLowerCase(),
        soft: soft === undefined ? hard : readLimit(reader, soft),
        hard,
      },
    ];
  });
}

function readLimit(reader: DocumentReader, place: Place | undefined): number | 'unlimited' {
  if (place === undefined) return Number.NaN;
  if (reader.isText(place) && reader.string(place) === 'unlimited') return 'unlimited';
  return reader.integer(place) ?? Number.NaN;
}
