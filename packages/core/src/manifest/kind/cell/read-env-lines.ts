import type { DocumentReader, Place } from '../../read/document-reader.ts';

/** `env: ["TZ=UTC", "EMPTY="]` */
export function readEnvLines(
  reader: DocumentReader,
  place: Place | undefined,
): Readonly<Record<string, string>> {
  const items = (place && reader.list(place, 'of NAME=VALUE')) ?? [];
  const env = new Map<string, string>();
  for (const item of items) {
    const line = reader.string(item);
    if (place === undefined || line === undefined) continue;
    const at = line.indexOf('=');
    const name = at < 0 ? line : line.slice(0, at);
    if (at < 1) {
      reader.refuse(
        item.path,
        `${JSON.stringify(line.slice(0, 80))} is not a variable`,
        'write NAME=VALUE',
      );
      continue;
    }
    if (env.has(name)) reader.refuse(item.path, `the variable ${name} is set twice`);
    const position = reader.positions.get(item.path);
    if (position) reader.positions.set(`${place.path}.${name}`, position);
    env.set(name, line.slice(at + 1));
  }
  return Object.fromEntries(env);
}
