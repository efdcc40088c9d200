import type { DocumentReader, Place } from './document-reader.ts';

/** A list of texts. */
export function readWords(
  reader: DocumentReader,
  place: Place | undefined,
  hint?: string,
): readonly string[] {
  if (place === undefined) return [];
  const items = reader.list(place, hint) ?? [];
  return items.map((item) => reader.string(item) ?? '');
}

/** A list of names, or of numbers as they are written. */
export function readNamesOrNumbers(
  reader: DocumentReader,
  place: Place | undefined,
): readonly string[] {
  const items = (place && reader.list(place)) ?? [];
  return items.map((item) => reader.word(item) ?? '');
}

/** A map of names and texts. Numbers are read as they are written. */
export function readWordMap(
  reader: DocumentReader,
  place: Place | undefined,
): Readonly<Record<string, string>> {
  if (place === undefined) return {};
  const map = reader.asMap(place);
  if (map === undefined) {
    reader.refuse(place.path, 'must be a map of names and values');
    return {};
  }
  const entries = reader.entries(place, map);
  // Not by assignment: `__proto__` must become a key like any other, to be refused later.
  return Object.fromEntries(entries.map(([name, value]) => [name, reader.word(value) ?? '']));
}

export function readFlag(reader: DocumentReader, place: Place | undefined): boolean {
  return (place && reader.boolean(place)) ?? false;
}

export function readText(reader: DocumentReader, place: Place | undefined): string {
  return (place && reader.string(place)) ?? '';
}

/** Reads a whole number; `absent` where the field is absent. An unreadable one is `NaN`, and recorded. */
export function readNumber(
  reader: DocumentReader,
  place: Place | undefined,
  absent: number,
): number {
  return place === undefined ? absent : (reader.integer(place) ?? Number.NaN);
}
