import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { DocumentReader, Place } from './document-reader.ts';

/** `env` as a map, or as a list of `{name, value}`. */
export function readEnv(reader: DocumentReader, place: Place): WorkloadSpec['env'] {
  const map = reader.asMap(place);
  const variables = map
    ? reader.entries(place, map).map(([name, value]) => [name, reader.string(value)] as const)
    : readList(reader, place);
  // Not by assignment: `__proto__` must become a key like any other, to be refused later.
  return Object.fromEntries(variables.map(([name, value]) => [name, value ?? '']));
}

function readList(
  reader: DocumentReader,
  place: Place,
): readonly (readonly [string, string | undefined])[] {
  const seen = new Set<string>();
  const items = reader.list(place, 'or a map of names and values') ?? [];
  return items.flatMap((item) => {
    if (reader.isText(item)) return refuseText(reader, item);
    const fields = reader.map(item, { fields: ['name', 'value'] });
    if (fields === undefined) return [];
    const namePlace = fields.get('name');
    if (namePlace === undefined) {
      reader.refuse(`${item.path}.name`, 'is missing');
      return [];
    }
    const name = reader.string(namePlace);
    if (name === undefined) return [];
    const position = reader.positions.get(namePlace.path);
    if (seen.has(name)) reader.refuse(namePlace.path, `the variable ${name} is set twice`);
    seen.add(name);
    if (position) reader.positions.set(`${place.path}.${name}`, position);
    const valuePlace = fields.get('value');
    return [[name, valuePlace === undefined ? '' : reader.string(valuePlace)] as const];
  });
}

/** As Compose and Docker have it: `TZ=UTC`. */
function refuseText(reader: DocumentReader, item: Place): [] {
  const [, name = 'NAME', value = ''] = /^([^=]*)=(.*)$/.exec(reader.string(item) ?? '') ?? [];
  const form = `{name: ${name}, value: ${JSON.stringify(value)}}`;
  reader.refuse(item.path, 'a variable must be a map', `write it as ${form}`);
  return [];
}
