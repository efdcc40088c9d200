import { NAME_MAX_LENGTH, NAME_PATTERN } from '../../resource/name.ts';
import { READ_ONLY_KEYS } from '../read-document.ts';
import { CONTAINER_SCHEMA } from './container-schema.ts';
import { fields, type JsonSchema, text } from './json-schema.ts';

/**
 * What one document of a manifest may say, for editors: they complete and complain while one types. The
 * capsule's own reader is stricter, since it also knows what contradicts itself.
 */
export const MANIFEST_SCHEMA: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Manifest of a capsule',
  ...fields(
    'A workload.',
    {
      name: text('Unique on the capsule.', {
        pattern: NAME_PATTERN.source,
        maxLength: NAME_MAX_LENGTH,
      }),
      kind: { enum: ['Container', 'WORKLOAD_KIND_CONTAINER'] },
      container: CONTAINER_SCHEMA,
      ...Object.fromEntries(
        READ_ONLY_KEYS.map((key) => [key, { description: 'Printed by get; apply ignores it.' }]),
      ),
    },
    ['name', 'kind', 'container'],
  ),
};
