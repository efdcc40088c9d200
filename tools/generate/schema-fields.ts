import type { JsonSchema } from '@capsule/core/manifest';

/** A field of a manifest, as a reference page shows it. */
export interface SchemaField {
  /** From the schema's root: `volumes[].source`. */
  readonly path: string;
  /** `text`, `number`, `flag`, `list`, `map`; several for a field with several forms. */
  readonly type: string;
  /** The words that it accepts; empty: any. */
  readonly words: readonly string[];
  readonly default: unknown;
  readonly description: string;
  readonly isRequired: boolean;
}

/** Lists the fields of a map, and those inside of them. Pure. */
export function fieldsOf(schema: JsonSchema, path = ''): readonly SchemaField[] {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => {
    const own = `${path}${name}`;
    return [describeField(own, field, required.includes(name)), ...insideOf(own, field)];
  });
}

function describeField(path: string, schema: JsonSchema, isRequired: boolean): SchemaField {
  const types = [...new Set(formsOf(schema).map(typeOf))];
  return {
    path,
    type: types.join(' or '),
    words: ((schema['enum'] ?? []) as readonly string[]).map(String),
    default: schema['type'] === 'boolean' ? (schema['default'] ?? false) : schema['default'],
    description: String(schema['description'] ?? ''),
    isRequired,
  };
}

/** The fields of a map, or of the maps in a list. */
function insideOf(path: string, schema: JsonSchema): readonly SchemaField[] {
  return formsOf(schema).flatMap((form) => {
    const items = form['items'] as JsonSchema | undefined;
    return items === undefined ? fieldsOf(form, `${path}.`) : insideOf(`${path}[]`, items);
  });
}

function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  return (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema];
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'flag',
  array: 'list',
  object: 'map',
};

function typeOf(schema: JsonSchema): string {
  const types = [schema['type'] ?? 'string'].flat().map((type) => TYPES[String(type)] ?? 'text');
  return types.join(' or ');
}
