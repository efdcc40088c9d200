/** A JSON Schema (draft 7) as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A number of bytes as people write it: 2GiB. */
export const SIZE = { pattern: '^\\d+([KMGT](iB)?)?$' };

export const text = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'string',
  description,
  ...more,
});

export const whole = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'integer',
  description,
  ...more,
});

/** A flag that is off where nothing is written. */
export const flag = (description: string): JsonSchema => ({ type: 'boolean', description });

/** A value that may be a text or a number: `user: 1000`. */
export const word = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: ['string', 'number'],
  description,
  ...more,
});

/** One of the words that a manifest may say; editors offer the first of each meaning first. */
export const choice = (description: string, words: object, usual: string): JsonSchema => ({
  enum: Object.keys(words),
  description,
  default: usual,
});

export const list = (description: string, items: JsonSchema): JsonSchema => ({
  type: 'array',
  description,
  items,
});

export const texts = (description: string): JsonSchema => list(description, { type: 'string' });

/** A map with free keys. */
export const map = (description: string, values: JsonSchema): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: values,
});

/** A map with these keys and no others. */
export const fields = (
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema => ({
  type: 'object',
  description,
  properties,
  ...(required.length > 0 ? { required } : {}),
  additionalProperties: false,
});

/** A value that may be written in several forms. */
export const either = (description: string, ...forms: readonly JsonSchema[]): JsonSchema => ({
  description,
  anyOf: forms,
});
