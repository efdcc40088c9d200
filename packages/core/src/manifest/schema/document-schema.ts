import { NAME_MAX_LENGTH, NAME_PATTERN } from '../../resource/name.ts';
import { READ_ONLY_KEYS } from '../read/read-only-keys.ts';
import { type JsonSchema, text } from './json-schema.ts';

export const PRINTED: JsonSchema = { description: 'Printed by get; apply ignores it.' };

export const READ_ONLY: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  READ_ONLY_KEYS.map((key) => [key, PRINTED]),
);

export const NAME = text('Unique on the capsule.', {
  pattern: NAME_PATTERN.source,
  maxLength: NAME_MAX_LENGTH,
});
