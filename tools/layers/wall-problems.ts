import type { Folders } from './layer-table.ts';
import { resolveImport } from './resolve-import.ts';
import type { SourceFile, Workspace } from './workspace.ts';

/** Imports of one file that pass a wall between the folders of its package, as lines for people. */
export function wallProblems(file: SourceFile, workspace: Workspace, folders: Folders): string[] {
  const src = `${file.home}/src/`;
  if (!file.path.startsWith(src)) return [];
  const place = placeOf(file.path, src, folders);
  if (place === undefined) return [];
  const row = folders[place];
  if (row === undefined) return [`${file.path}: ${file.layer} has no row for the folder ${place}`];
  const uses = [place, ...row.uses, ...(file.isTest ? (row.tests ?? []) : [])];
  return file.imports.flatMap(({ specifier, line }) => {
    const target = resolveImport(specifier, file, workspace);
    if (!target?.startsWith(src)) return [];
    const other = placeOf(target, src, folders) ?? target.slice(src.length);
    return uses.includes(other) ? [] : [`${file.path}:${line}: ${place} may not use ${other}`];
  });
}

/** The longest row that holds a path, else its top folder. A file beside the folders composes them. */
function placeOf(path: string, src: string, folders: Folders): string | undefined {
  const inside = path.slice(src.length);
  const rows = Object.keys(folders).filter((row) => `${inside}/`.startsWith(`${row}/`));
  const longest = rows.sort((a, b) => b.length - a.length)[0];
  const [top = inside, ...rest] = inside.split('/');
  return longest ?? (rest.length === 0 ? undefined : top);
}
