import type { Folders } from './folders.ts';
import { placeOf } from './place-of.ts';
import { resolveImport } from './resolve-import.ts';
import type { SourceFile, Workspace } from './workspace.ts';

/** Imports of one file that pass a wall between the folders of its package, as lines for people. */
export function wallProblems(file: SourceFile, workspace: Workspace, folders: Folders): string[] {
  const src = `${file.home}/src/`;
  if (!file.path.startsWith(src)) return [];
  const place = placeOf(file, folders);
  if (place === undefined) return [];
  const row = folders[place];
  if (row === undefined) return [`${file.path}: ${file.layer} has no row for the folder ${place}`];
  const uses = [place, ...row.uses, ...(file.isTest ? (row.tests ?? []) : [])];
  return file.imports.flatMap(({ specifier, line }) => {
    const target = resolveImport(specifier, file, workspace);
    if (!target?.startsWith(src)) return [];
    const other = placeOf({ path: target, home: file.home }, folders) ?? target.slice(src.length);
    return uses.includes(other) ? [] : [`${file.path}:${line}: ${place} may not use ${other}`];
  });
}
