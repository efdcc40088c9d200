import { SNAPSHOT_KEEP_MAX } from '../../../resource/volume/snapshot.ts';
import { NAME, READ_ONLY } from '../../schema/document-schema.ts';
import { fields, SIZE, whole, word } from '../../schema/json-schema.ts';

const SCHEDULE = fields(
  'Snapshots that it makes by itself.',
  {
    every: word('From one to the next: 30m, 6h, 1d.', {
      pattern: '^(\\d+|(\\d+[dhms])+)$',
    }),
    keep: whole('How many of them are kept; the oldest go.', {
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
    size: word('The most that it holds: 2GiB. It grows later, and never shrinks.', { ...SIZE }),
    snapshotSchedule: SCHEDULE,
    ...READ_ONLY,
  },
  ['name', 'kind', 'size'],
);
