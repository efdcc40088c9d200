import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { type ManifestProblem, type Position, positionOf } from '../problem.ts';
import { nearestWord } from './nearest-word.ts';

/** The fields of one map of a manifest. Names are camelCase; snake_case is read as the same. */
export interface FieldTable {
  readonly fields: readonly string[];
  /** Refused fields, each with the alternative. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Fields that belong elsewhere: by name, the path of the right place. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** Fields by the name that other programs use. */
  readonly synonyms?: ReadonlyMap<string, string>;
  /** Written by `get -o yaml` for people to read; apply ignores them. */
  readonly readOnly?: readonly string[];
}

/** A value of the document and where it belongs. A missing node is a key without a value. */
export interface Place {
  readonly path: string;
  readonly node: Node | null;
}

/** Each alias costs a search of the document. */
const ALIASES_MAX = 100;

/**
 * Walks one YAML document by an expected shape and collects every problem with its place. Each
 * method answers undefined after it has noted why the value cannot be used.
 */
export class DocumentReader {
  readonly problems: ManifestProblem[] = [];
  readonly positions = new Map<string, Position>();
  readonly #document: Document.Parsed;
  readonly #file: string;
  readonly #lines: LineCounter;
  #aliases = 0;

  constructor(file: string, document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#file = file;
    this.#lines = lines;
    this.remember('', document.contents);
  }

  /** Makes `refuse` find the path at this node from now on. */
  remember(path: string, node: Node | null): void {
    this.positions.set(path, this.#locate(node));
  }

  /** Notes a problem at a place that was read before; at its nearest known parent otherwise. */
  refuse(path: string, message: string, hint?: string): undefined {
    this.problems.push({ path, message, hint, position: positionOf(this.positions, path) });
  }

  /** The values of a map by camelCase name. Unknown, double and not yet supported keys are noted. */
  map({ path, node }: Place, table: FieldTable): Map<string, Place> | undefined {
    const value = this.#resolve(path, node);
    if (!isMap(value)) return this.#refuseType(path, value, 'a map of keys and values');
    const values = new Map<string, Place>();
    for (const pair of value.items) {
      const key = this.#key(path, pair);
      if (key === undefined) continue;
      const field = this.#field(path, key, table);
      if (field === undefined) continue;
      const place = this.#put(path, field, pair);
      if (values.has(field)) {
        this.problems.push(this.#atKey(place.path, pair, `the key \`${key}\` is set twice`));
      }
      values.set(field, place);
    }
    return values;
  }

  /** Key and value of a map whose keys are free words. */
  entries({ path, node }: Place, map: YAMLMap): readonly (readonly [string, Place])[] {
    const seen = new Map<string, Place>();
    this.remember(path, node);
    for (const pair of map.items) {
      const key = this.#key(path, pair);
      if (key === undefined) continue;
      const place = this.#put(path, key, pair);
      if (seen.has(key)) {
        this.problems.push(this.#atKey(place.path, pair, `the key \`${key}\` is set twice`));
      }
      seen.set(key, place);
    }
    return [...seen];
  }

  /** The items of a list. */
  list({ path, node }: Place, hint?: string): readonly Place[] | undefined {
    const value = this.#resolve(path, node);
    if (!isSeq(value)) return this.#refuseType(path, value, 'a list', hint);
    return value.items.map((item, index) => {
      const place = { path: `${path}[${index}]`, node: item as Node | null };
      this.remember(place.path, place.node ?? value);
      return place;
    });
  }

  string({ path, node }: Place): string | undefined {
    const value = this.#resolve(path, node);
    if (isScalar(value) && typeof value.value === 'string') return value.value;
    const isWord = isScalar(value) && value.value !== null;
    const hint = isWord ? `put it in quotes: "${value.source ?? value.value}"` : undefined;
    return this.#refuseType(path, value, 'a string', hint);
  }

  integer({ path, node }: Place): number | undefined {
    const value = this.#resolve(path, node);
    if (isScalar(value) && Number.isSafeInteger(value.value)) return value.value as number;
    const isQuoted =
      isScalar(value) && typeof value.value === 'string' && /^\d+$/.test(value.value);
    const hint = isQuoted ? `leave out the quotes: ${value.value}` : undefined;
    return this.#refuseType(path, value, 'a whole number', hint);
  }

  boolean({ path, node }: Place): boolean | undefined {
    const value = this.#resolve(path, node);
    if (isScalar(value) && typeof value.value === 'boolean') return value.value;
    return this.#refuseType(path, value, 'true or false');
  }

  /** A text, or a number as it is written: for values that people write either way. */
  word({ path, node }: Place): string | undefined {
    const value = this.#resolve(path, node);
    if (isScalar(value) && typeof value.value === 'string') return value.value;
    if (isScalar(value) && typeof value.value === 'number')
      return value.source ?? String(value.value);
    return this.#refuseType(path, value, 'a string or a number');
  }

  /** Whether the value is a text, for values that have two forms. */
  isText({ path, node }: Place): boolean {
    const value = this.#resolve(path, node);
    return isScalar(value) && typeof value.value === 'string';
  }

  /** The map itself where the value is one, for values that have two forms. */
  asMap({ path, node }: Place): YAMLMap | undefined {
    const value = this.#resolve(path, node);
    return isMap(value) ? value : undefined;
  }

  #field(path: string, key: string, table: FieldTable): string | undefined {
    const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (table.readOnly?.includes(name)) return undefined;
    if (table.fields.includes(name)) return name;
    const keyPath = join(path, key);
    const position = positionOf(this.positions, keyPath);
    const instead = table.refused?.[name];
    if (instead !== undefined) {
      this.problems.push({ path, message: `\`${key}\` is not supported`, hint: instead, position });
      return undefined;
    }
    const right = table.elsewhere?.get(name);
    if (right !== undefined) {
      const message = `\`${shorten(key)}\` does not belong here`;
      this.problems.push({ path, message, hint: `write it as \`${right}\``, position });
      return undefined;
    }
    const near = table.synonyms?.get(name) ?? nearestWord(key, table.fields);
    const hint = near ? `did you mean \`${near}\`?` : describeKnown(table.fields);
    this.problems.push({ path, message: `unknown key \`${shorten(key)}\``, hint, position });
    return undefined;
  }

  #key(path: string, pair: Pair<unknown, unknown>): string | undefined {
    const node = pair.key as Node | null;
    if (isScalar(node) && typeof node.value === 'string') {
      this.remember(join(path, node.value), node);
      return node.value;
    }
    const position = this.#locate(node);
    const hint = isScalar(node) ? 'put it in quotes' : undefined;
    this.problems.push({ path, message: 'a key must be a word', hint, position });
    return undefined;
  }

  #put(path: string, field: string, pair: Pair<unknown, unknown>): Place {
    const place = { path: join(path, field), node: pair.value as Node | null };
    const isWritten = isScalar(place.node) && place.node.range?.[0] !== place.node.range?.[1];
    // A map or list starts on a later line: its key is the better place to show.
    const shown = isWritten || isAlias(place.node) ? place.node : pair.key;
    this.remember(place.path, shown as Node | null);
    return place;
  }

  #locate(node: Node | null): Position {
    const start = this.#document.contents?.range[0] ?? this.#document.range[0];
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? start);
    return { file: this.#file, line, column: col };
  }

  #atKey(path: string, pair: Pair<unknown, unknown>, message: string): ManifestProblem {
    return { path, message, position: this.#locate(pair.key as Node | null) };
  }

  #resolve(path: string, node: Node | null): Node | null | undefined {
    if (!isAlias(node)) return node;
    this.#aliases += 1;
    if (this.#aliases > ALIASES_MAX) {
      return this.refuse(path, `more than ${ALIASES_MAX} aliases in one document`);
    }
    return node.resolve(this.#document) as Node | undefined;
  }

  #refuseType(
    path: string,
    node: Node | null | undefined,
    wanted: string,
    hint?: string,
  ): undefined {
    this.refuse(path, `must be ${wanted}, not ${describeNode(node)}`, hint);
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

const SHOWN_MOST = 12;

function describeKnown(fields: readonly string[]): string {
  if (fields.length > SHOWN_MOST) return 'the JSON Schema of manifests lists all keys';
  return `valid keys here: ${fields.join(', ')}`;
}

function shorten(word: string): string {
  return word.length > 60 ? `${word.slice(0, 60)}…` : word;
}

function describeNode(node: Node | null | undefined): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `the string ${JSON.stringify(shorten(node.value))}`;
  return `${shorten(node.source ?? String(node.value))}, a ${typeof node.value}`;
}
