import { SNAPSHOT_KEEP_MAX } from '../../../resource/volume/snapshot.ts';
import { NAME, READ_ONLY } from '../../schema/document-schema.ts';
import { fields, SIZE, whole, word } from '../../schema/json-schema.ts';

const SCHEDULE = fields(
  'Snapshots that the capsule takes by itself.',
  {
    every: word('Time between two snapshots: 30m, 6h, 1d.', {
      pattern: '^(\\d+|(\\d+[dhms])+)$',
    }),
    keep: whole('Number of snapshots to keep; the capsule removes the oldest.', {
      minimum: 1,
      maximum: SNAPSHOT_KEEP_MAX,
    }),
  },
  ['every', 'keep'],
);

export const VOLUME_SCHEMA = fields(
  'Storage that outlives the workloads that mount it.',
  {
    name: NAME,
    kind: { const: 'Volume' },
    size: word('Capacity: 2GiB. You can increase it later, but not reduce it.', { ...SIZE }),
    snapshotSchedule: SCHEDULE,
    ...READ_ONLY,
  },
  ['name', 'kind', 'size'],
);
