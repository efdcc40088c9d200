import type { Node } from 'yaml';
import type { KindTable } from './kind/kind.ts';
import type { AnyManifest } from './manifest.ts';
import type { Problem } from './problem.ts';
import type { DocumentReader, Place } from './read/document-reader.ts';
import { CELL_API, recogniseForeign } from './read/foreign-document.ts';
import { nearestWord } from './read/nearest-word.ts';

/** Reads and checks one document. Undefined when a problem was noted. */
export function readDocument<Name extends string>(
  reader: DocumentReader,
  node: Node | null,
  kinds: KindTable<Name>,
): AnyManifest<Name> | undefined {
  const root = { path: '', node };
  const found = readKind(reader, root, kinds);
  if (found === undefined) return undefined;
  const { kind, word } = found;
  const row = kinds[kind];
  const spec = row.read(reader, root, word);
  if (spec === undefined) return undefined;
  noteRules(reader, row.validate(spec));
  if (reader.problems.length > 0) return undefined;
  return { kind, spec, positions: reader.positions };
}

/** Kinds of the public tool that a later version of the capsule brings. */
const LATER_KINDS: Readonly<Record<string, string>> = {
  Secret: 'set the value as an environment variable of the container',
  Volume: 'write it without `apiVersion`: name, kind: Volume, size',
};

/** The kind decides which keys are right, so it is read before them. */
function readKind<Name extends string>(
  reader: DocumentReader,
  root: Place,
  kinds: KindTable<Name>,
): { readonly kind: Name; readonly word: string } | undefined {
  const map = reader.asMap(root);
  if (map === undefined) {
    return reader.refuse('', 'a manifest must be a map', 'name: …, kind: Container, container: …');
  }
  const foreign = recogniseForeign(map);
  if (foreign !== undefined) return reader.refuse(foreign.path, foreign.message, foreign.hint);
  const node = map.get('kind', true);
  if (node === undefined) return reader.refuse('kind', 'is missing', 'kind: Container');
  reader.remember('kind', node);
  const word = reader.string({ path: 'kind', node });
  if (word === undefined) return undefined;
  const api = map.has('apiVersion') ? CELL_API : undefined;
  const kind = (Object.keys(kinds) as Name[]).find(
    (name) =>
      kinds[name].apiVersion === api && kinds[name].forms.some(({ words }) => words.includes(word)),
  );
  return kind === undefined ? refuseKind(reader, word, { kinds, api }) : { kind, word };
}

function refuseKind(
  reader: DocumentReader,
  word: string,
  { kinds, api }: { readonly kinds: KindTable; readonly api: string | undefined },
): undefined {
  const later = api === CELL_API ? LATER_KINDS[word] : undefined;
  if (later !== undefined) return reader.refuse('kind', `${word} is not supported yet`, later);
  const forms = Object.values(kinds)
    .filter(({ apiVersion }) => apiVersion === api)
    .flatMap((kind) => kind.forms);
  const isOther = Object.values(kinds).some(({ forms: all }) =>
    all.some(({ words }) => words.includes(word)),
  );
  if (isOther) {
    const hint = api === undefined ? `write apiVersion: ${CELL_API}` : 'remove `apiVersion`';
    return reader.refuse('kind', `${word} does not belong to this form of manifest`, hint);
  }
  const near = nearestWord(
    word,
    forms.flatMap(({ words }) => words),
  );
  const best = forms.flatMap(({ words }) => words.slice(0, 1));
  const hint = near ? `did you mean ${near}?` : `${best.slice(0, -1).join(', ')} or ${best.at(-1)}`;
  reader.refuse('kind', `${JSON.stringify(word)} is not a kind`, hint);
}

/** The rules of meaning, where the shape was right: one complaint for each place is enough. */
function noteRules(reader: DocumentReader, problems: readonly Problem[]): void {
  const noted = new Set(reader.problems.map((problem) => problem.path));
  for (const { path, message, hint } of problems) {
    if (!noted.has(path)) reader.refuse(path, message, hint);
  }
}
