import { NAME_MAX_LENGTH, NAME_PATTERN } from '../../resource/name.ts';
import { SNAPSHOT_KEEP_MAX } from '../../resource/snapshot.ts';
import type { WorkloadKind } from '../../resource/workload.ts';
import { REGISTRY_SCHEMA } from '../kind/registry/registry-schema.ts';
import { CONTAINER_SCHEMA, SIZE } from '../kind/workload/container-schema.ts';
import { MICRO_VM_SCHEMA } from '../kind/workload/micro-vm-schema.ts';
import { READ_ONLY_KEYS } from '../read-document.ts';
import { fields, type JsonSchema, text, whole, word } from './json-schema.ts';

const PRINTED: JsonSchema = { description: 'Printed by get; apply ignores it.' };

const READ_ONLY = Object.fromEntries(READ_ONLY_KEYS.map((key) => [key, PRINTED]));
const NAME = text('Unique on the capsule.', {
  pattern: NAME_PATTERN.source,
  maxLength: NAME_MAX_LENGTH,
});

const CONTAINER_KINDS = ['Container', 'WORKLOAD_KIND_CONTAINER'];
const MICRO_VM_KINDS = ['MicroVM', 'WORKLOAD_KIND_MICRO_VM'];

function workload(about: string, block: WorkloadKind): JsonSchema {
  const isVm = block === 'microVm';
  const properties = {
    name: NAME,
    kind: { enum: isVm ? MICRO_VM_KINDS : CONTAINER_KINDS },
    [block]: isVm ? MICRO_VM_SCHEMA : CONTAINER_SCHEMA,
    ...READ_ONLY,
  };
  return fields(about, properties, ['name', 'kind', block]);
}

/**
 * What one document of a manifest may say, for editors: they complete and complain while one types. The
 * capsule's own reader is stricter, since it also knows what contradicts itself.
 */
export const MANIFEST_SCHEMA: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Manifest of a capsule',
  type: 'object',
  properties: {
    kind: {
      enum: [...CONTAINER_KINDS, ...MICRO_VM_KINDS, 'Volume', 'Registry'],
    },
  },
  required: ['kind'],
  // By kind, so that an editor complains about the kind that is meant, and not about all of them.
  if: { properties: { kind: { const: 'Registry' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: fields(
    'Where images come from.',
    {
      name: text('Host, with its port: docker.io, registry.home:5000.'),
      kind: { const: 'Registry' },
      registry: REGISTRY_SCHEMA,
      username: PRINTED,
    },
    ['name', 'kind', 'registry'],
  ),
  else: {
    if: { properties: { kind: { const: 'Volume' } } },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: fields(
      'Storage that outlives the workloads that mount it.',
      {
        name: NAME,
        kind: { const: 'Volume' },
        size: word('The most that it holds: 2GiB. It grows later, and never shrinks.', {
          ...SIZE,
        }),
        snapshotSchedule: fields(
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
        ),
        ...READ_ONLY,
      },
      ['name', 'kind', 'size'],
    ),
    else: {
      if: { properties: { kind: { enum: MICRO_VM_KINDS } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: workload('A workload with a kernel of its own.', 'microVm'),
      else: workload("A workload on the capsule's kernel.", 'container'),
    },
  },
};
