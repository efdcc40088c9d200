import { roundUpToUnit, type VolumeSpec } from '../../../resource/volume/volume.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readName } from '../../read/read-name.ts';
import { READ_ONLY_KEYS } from '../../read/read-only-keys.ts';
import { readSize } from '../../read/read-resources.ts';
import { readSchedule } from '../../read/read-schedule.ts';

const TABLE = {
  fields: ['name', 'kind', 'size', 'snapshotSchedule'],
  readOnly: READ_ONLY_KEYS,
} as const;

/** A document of `kind: Volume`. */
export function readVolume(reader: DocumentReader, root: Place): VolumeSpec | undefined {
  const fields = reader.map(root, TABLE);
  const name = readName(reader, fields);
  const size = fields?.get('size');
  if (size === undefined) reader.refuse('size', 'is missing', 'size: 2GiB');
  if (size === undefined) return undefined;
  const sizeBytes = roundUpToUnit(readSize(reader, size));
  const snapshotSchedule = readSchedule(reader, fields?.get('snapshotSchedule'));
  return { name, sizeBytes, ...(snapshotSchedule && { snapshotSchedule }) };
}
