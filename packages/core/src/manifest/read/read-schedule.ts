import { parseSpan } from '../../resource/span.ts';
import type { SnapshotSchedule } from '../../resource/volume/snapshot.ts';
import type { DocumentReader, Place } from './document-reader.ts';

/** `snapshotSchedule: {every: 6h, keep: 8}` */
export function readSchedule(
  reader: DocumentReader,
  place: Place | undefined,
): SnapshotSchedule | undefined {
  const fields = place && reader.map(place, { fields: ['every', 'keep'] });
  if (place === undefined || fields === undefined) return undefined;
  const every = fields.get('every');
  const keep = fields.get('keep');
  if (every === undefined) reader.refuse(`${place.path}.every`, 'is missing', 'every: 6h');
  if (keep === undefined) reader.refuse(`${place.path}.keep`, 'is missing', 'keep: 8');
  return {
    everySeconds: every === undefined ? Number.NaN : readSpan(reader, every),
    keep: (keep && reader.integer(keep)) ?? Number.NaN,
  };
}

/** `NaN` for what cannot be read, which has been noted. */
function readSpan(reader: DocumentReader, place: Place): number {
  const text = reader.word(place);
  if (text === undefined) return Number.NaN;
  const seconds = parseSpan(text);
  if (seconds !== undefined) return seconds;
  const hint = 'write whole numbers with d, h, m or s: 30m, 6h, 1d12h';
  reader.refuse(place.path, `${JSON.stringify(text)} is not a duration`, hint);
  return Number.NaN;
}
