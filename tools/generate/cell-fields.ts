import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CELL_CONTAINER_FIELDS,
  CELL_TABLE,
  CONTAINER_TABLE,
  EDIT_EFFECTS,
  type EditEffect,
  KINDS,
  scopeTable,
} from '@capsule/core/manifest';
import type { Generator } from './generator.ts';
import { fillMarks } from './promise-pages.ts';
import { fieldsOf, type SchemaField } from './schema-fields.ts';

type Kind = 'realm' | 'space' | 'stack' | 'cell' | 'container';

/** Writes the fields of `apiVersion: v1beta1` into a page, between its marks. */
export function cellFields(root: string, page: string): Generator {
  return {
    outputs: [page],
    async write(folder) {
      const text = await readFile(join(root, page), 'utf8');
      const file = join(folder, page);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, fillMarks(text, describeKinds()));
    },
  };
}

/** The text of each mark: `realm-fields`, …, and `refused-fields`. */
function describeKinds(): Readonly<Record<string, string>> {
  const kinds: readonly Kind[] = ['realm', 'space', 'stack', 'cell', 'container'];
  const tables = kinds.map((kind) => [`${kind}-fields`, describeFields(kind)] as const);
  return { ...Object.fromEntries(tables), 'refused-fields': describeRefused() };
}

/** A row for each field of `spec:`; the list of containers of a cell has the fields of a container. */
export function describeFields(kind: Kind): string {
  const own = shownIn(kind)
    .filter(({ path }) => path.startsWith('spec.'))
    .map((field) => ({ ...field, path: field.path.slice('spec.'.length) }))
    .filter(({ path }) => !path.startsWith('containers[]'));
  return [
    '| field | type | default | an edit | meaning |',
    '|---|---|---|---|---|',
    ...own.map((field) => describeField(field, kind)),
  ].join('\n');
}

function describeField(field: SchemaField, kind: Kind): string {
  const [top = ''] = field.path.split(/[.[]/);
  // The API's own names of the same choices are for programs.
  const words = field.words.filter((word) => !/^[A-Z]+_/.test(word));
  const choice =
    words.length === 0 ? [] : [`One of ${words.map((word) => code(word || '""')).join(', ')}.`];
  const meaning = [...sentence(field.description), ...choice].join(' ');
  const edit = field.path === top ? EFFECT_WORDS[effectOf(kind, top)] : '';
  const usual = field.isRequired ? 'required' : defaultOf(field);
  return `| ${code(field.path)} | ${field.type} | ${usual} | ${edit} | ${escaped(meaning)} |`;
}

const EFFECT_WORDS: Readonly<Record<EditEffect, string>> = {
  inPlace: 'in place',
  newContainer: 'new container',
  newContainers: 'all containers new',
  otherContainer: 'names another one',
  refused: 'refused',
};

function effectOf(kind: Kind, field: string): EditEffect {
  if (kind === 'container') return EDIT_EFFECTS[field as keyof typeof EDIT_EFFECTS];
  if (field === 'containers') return 'inPlace';
  return field === 'namespace' || field === 'rootContainerId' ? 'refused' : 'otherContainer';
}

function defaultOf({ default: usual }: SchemaField): string {
  return usual === undefined ? '' : code(String(usual));
}

function sentence(text: string): readonly string[] {
  if (text === '') return [];
  return [/[.!?…]$/.test(text) ? text : `${text}.`];
}

const LEVELS: readonly Extract<Kind, 'realm' | 'space' | 'stack'>[] = ['realm', 'space', 'stack'];

/** A row for each field that the reader of a manifest refuses, with the remedy that it prints. */
export function describeRefused(): string {
  const later = (kind: string, names: readonly string[]) =>
    names.map((name) => [kind, name, 'not yet: remove it, or leave it empty'] as const);
  const refused = (kind: string, table: { readonly refused?: Readonly<Record<string, string>> }) =>
    Object.entries(table.refused ?? {}).map(([name, remedy]) => [kind, name, remedy] as const);
  const shownInCell = new Set(shownIn('cell').map(({ path }) => path));
  const known: readonly string[] = CELL_CONTAINER_FIELDS;
  const rows = [
    ...LEVELS.flatMap((level) => refused(level, scopeTable(level))),
    ...later(
      'cell',
      CELL_TABLE.fields.filter((name) => !shownInCell.has(`spec.${name}`)),
    ),
    ...refused('cell', CELL_TABLE),
    ...later(
      'container',
      CONTAINER_TABLE.fields.filter((name) => !known.includes(name)),
    ),
    ...refused('container', CONTAINER_TABLE),
  ];
  return [
    '| kind | field | instead |',
    '|---|---|---|',
    ...rows.map(([kind, name, remedy]) => `| ${kind} | ${code(name)} | ${escaped(remedy)} |`),
  ].join('\n');
}

function shownIn(kind: Kind): readonly SchemaField[] {
  return KINDS[kind].forms.flatMap(({ schema }) => fieldsOf(schema));
}

const code = (text: string) => `\`${text}\``;
const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
