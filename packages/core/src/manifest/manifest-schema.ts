import type { KindForm, KindTable } from './kind/kind.ts';
import { KINDS } from './kind/kinds.ts';
import type { JsonSchema } from './schema/json-schema.ts';

/**
 * The schema of one document of a manifest, for completion and validation in editors. The capsule's own
 * reader is stricter: it also finds contradictions between fields.
 */
export function manifestSchema(kinds: KindTable): JsonSchema {
  const rows = Object.values(kinds);
  const formsOf = (isApi: boolean) =>
    rows
      .filter(({ apiVersion }) => (apiVersion !== undefined) === isApi)
      .flatMap(({ forms }) => forms);
  const words = rows.flatMap(({ forms }) => forms.flatMap((form) => form.words));
  const flat = byKind(formsOf(false).toReversed());
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Manifest of a capsule',
    type: 'object',
    properties: { kind: { enum: [...new Set(words)] } },
    required: ['kind'],
    ...(formsOf(true).length === 0
      ? flat
      : {
          if: { required: ['apiVersion'] },
          // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
          then: byKind(formsOf(true).toReversed()),
          else: flat,
        }),
  };
}

export const MANIFEST_SCHEMA = manifestSchema(KINDS);

/** By kind, so that an editor complains about the kind that is meant, and not about all of them. */
function byKind([form, ...others]: readonly KindForm[]): JsonSchema {
  if (form === undefined || others.length === 0) return form?.schema ?? {};
  const { words, schema } = form;
  const [word] = words;
  const kind = words.length === 1 ? { const: word } : { enum: words };
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  return { if: { properties: { kind } }, then: schema, else: byKind(others) };
}
