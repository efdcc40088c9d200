import type { Input } from '../../program/input.ts';
import { parseTemplate } from './json-path/parse-template.ts';
import type { Part } from './json-path/template.ts';

/** The formats of `-o`. */
export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath='] as const;

/** For a person. */
export interface TableFormat {
  readonly kind: 'table';
  readonly isWide: boolean;
  readonly hasTitles: boolean;
}

/** For a program. */
export type DataFormat =
  | { readonly kind: 'json' | 'yaml' }
  | { readonly kind: 'jsonpath'; readonly template: readonly Part[] };

export type Format = TableFormat | DataFormat | { readonly kind: 'name' };

const JSON_PATH = /^jsonpath=/;

/** Reads the format of `-o`, `-q` and `--no-headers`; a table by default. Fails with `CLI_USAGE`. */
export function readFormat(input: Input): Format {
  const text = input.text('output');
  if (input.isOn('quiet')) {
    if (text === undefined || text === 'name') return { kind: 'name' };
    throw input.refuse(
      `-q prints names, but -o ${text} prints something else`,
      'leave out -q or -o',
    );
  }
  const hasTitles = input.choice('headers') ?? true;
  const word = text ?? 'table';
  if (word === 'table' || word === 'wide') {
    return { kind: 'table', isWide: word === 'wide', hasTitles };
  }
  if (word === 'json' || word === 'yaml' || word === 'name') return { kind: word };
  if (JSON_PATH.test(word)) {
    return { kind: 'jsonpath', template: parseTemplate(word.replace(JSON_PATH, '')) };
  }
  throw input.refuse(
    `${JSON.stringify(word)} is not a format`,
    word === 'jsonpath'
      ? "add a template: -o jsonpath='{[*].name}'"
      : '-o takes table, wide, json, yaml, name or jsonpath=TEMPLATE',
  );
}

export function isData(format: Format): format is DataFormat {
  return format.kind !== 'table' && format.kind !== 'name';
}

export const OUTPUT_FLAG = {
  flags: '-o, --output <format>',
  summary: 'table, wide, json, yaml, name or jsonpath=TEMPLATE',
  suggests: FORMATS,
} as const;

/** Of everything that shows a table. */
export const LIST_FLAGS = [
  OUTPUT_FLAG,
  { flags: '-q, --quiet', summary: 'print only names, like -o name' },
  { flags: '--no-headers', summary: 'print the table without headers' },
] as const;
