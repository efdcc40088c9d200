import type { Folders } from './folders.ts';
import { placeOf } from './place-of.ts';
import { resolveImport } from './resolve-import.ts';
import type { SourceFile, Workspace } from './workspace.ts';

/** Returns the places that the rows of one package's folders allow and no import needs, as lines for people. */
export function idleProblems(layer: string, folders: Folders, workspace: Workspace): string[] {
  const files = workspace.files.filter((file) => file.layer === layer);
  return Object.entries(folders).flatMap(([folder, { uses, tests = [] }]) => {
    const inside = files.filter((file) => placeOf(file, folders) === folder);
    const used = placesUsed(inside, (file) => !file.isTest, folders, workspace);
    const tested = placesUsed(inside, (file) => file.isTest, folders, workspace);
    return [
      ...uses.filter((other) => !used.has(other)),
      ...tests.filter((other) => !tested.has(other)),
    ].map((other) => `the row ${folder} of ${layer} names ${other}, which nothing there imports`);
  });
}

function placesUsed(
  files: readonly SourceFile[],
  isMeant: (file: SourceFile) => boolean,
  folders: Folders,
  workspace: Workspace,
): ReadonlySet<string | undefined> {
  const targets = files.filter(isMeant).flatMap((file) =>
    file.imports.map(({ specifier }) => ({
      path: resolveImport(specifier, file, workspace) ?? '',
      home: file.home,
    })),
  );
  return new Set(
    targets
      .filter(({ path, home }) => path.startsWith(`${home}/src/`))
      .map((target) => placeOf(target, folders)),
  );
}
