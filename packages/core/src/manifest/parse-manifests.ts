import { type Document, isScalar } from 'yaml';
import { manifestError } from './errors.ts';
import { findClashes } from './find-clashes.ts';
import type { KindTable } from './kind/kind.ts';
import { KINDS } from './kind/kinds.ts';
import type { AnyManifest, Manifest } from './manifest.ts';
import type { ManifestProblem } from './problem.ts';
import { DocumentReader } from './read/document-reader.ts';
import type { ManifestSource } from './read/manifest-source.ts';
import { readYaml } from './read/read-yaml.ts';
import { readDocument } from './read-document.ts';

export { inApplyOrder } from './kind/apply-order.ts';
export { EDIT_EFFECTS, type EditEffect } from './kind/cell/edit-effect.ts';
export { CELL_TABLE } from './kind/cell/read-cell.ts';
export { CELL_CONTAINER_FIELDS, CONTAINER_TABLE } from './kind/cell/read-container.ts';
export { KINDS } from './kind/kinds.ts';
export { scopeTable } from './kind/scope/read-scope.ts';
export { CONTAINER_FIELDS } from './kind/workload/read-container.ts';
export { MICRO_VM_FIELDS } from './kind/workload/read-micro-vm.ts';
export { MANIFEST_SCHEMA } from './manifest-schema.ts';
export { printManifest } from './print-manifest.ts';
export { MANIFEST_MAX_BYTES } from './read/read-yaml.ts';
export type { JsonSchema } from './schema/json-schema.ts';

const PROBLEMS_SHOWN = 100;

/**
 * Reads every document of one file. Throws `MANIFEST_INVALID` with all problems of the file at once
 * (`facts.problems`), each with line and column.
 */
export function parseManifests(
  content: string | Uint8Array,
  fileName: string,
): readonly Manifest[] {
  return parseManifestFiles([{ fileName, content }]);
}

/**
 * The same for several files that are applied together: all problems of all files at once, and names
 * and ports that clash across them.
 */
export function parseManifestFiles(sources: readonly ManifestSource[]): readonly Manifest[] {
  return parseManifestsOf(KINDS, sources);
}

/** Parses several files in the same way, with the kinds of another table. */
export function parseManifestsOf<Name extends string>(
  kinds: KindTable<Name>,
  sources: readonly ManifestSource[],
): readonly AnyManifest<Name>[] {
  const manifests: AnyManifest<Name>[] = [];
  const problems: ManifestProblem[] = [];
  for (const source of sources) {
    const read = readFile(source, kinds);
    manifests.push(...read.manifests);
    problems.push(...read.problems);
  }
  problems.push(...findClashes(manifests, kinds));
  if (problems.length > 0) throw manifestError.INVALID({ problems: cut(problems) });
  return manifests;
}

function readFile<Name extends string>(
  source: ManifestSource,
  kinds: KindTable<Name>,
): {
  readonly manifests: readonly AnyManifest<Name>[];
  readonly problems: readonly ManifestProblem[];
} {
  const { documents, lines, problems } = readYaml(source);
  if (problems.length > 0) return { manifests: [], problems };
  const filled = documents.filter((document) => !isEmpty(document));
  const readers = filled.map((document) => new DocumentReader(source.fileName, document, lines));
  const manifests = filled.flatMap((document, index) => {
    const reader = readers[index];
    return (reader && readDocument(reader, document.contents, kinds)) ?? [];
  });
  if (filled.length > 0)
    return { manifests, problems: readers.flatMap((reader) => reader.problems) };
  const position = { file: source.fileName, line: 1, column: 1 };
  const message = 'the file contains no manifest';
  return { manifests, problems: [{ path: '', message, position }] };
}

/** Nothing between two `---`. The word `null` is not nothing. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.source === '');
}

function cut(problems: readonly ManifestProblem[]): readonly ManifestProblem[] {
  const [last] = problems.slice(PROBLEMS_SHOWN);
  if (last === undefined) return problems;
  const message = `and ${problems.length - PROBLEMS_SHOWN} more problems`;
  return [...problems.slice(0, PROBLEMS_SHOWN), { path: '', message, position: last.position }];
}
