import { findCircles } from './find-circles.ts';
import type { Folders } from './folders.ts';
import type { Workspace } from './workspace.ts';

/** Everything that is wrong with the rows of one package's folders, as lines for people. */
export function folderProblems(layer: string, folders: Folders, { files }: Workspace): string[] {
  const rows = Object.entries(folders);
  const circles = findCircles(new Map(rows.map(([folder, { uses }]) => [folder, uses])));
  const unknown = rows.flatMap(([folder, { uses, tests = [] }]) =>
    [...uses, ...tests]
      .filter((used) => folders[used] === undefined)
      .map((used) => `the row ${folder} of ${layer} names ${used}, which has no row`),
  );
  const empty = rows
    .map(([folder]) => folder)
    .filter((folder) => !files.some(({ path }) => isIn(path, layer, folder)));
  const impure = rows.flatMap(([folder, { uses, pure }]) =>
    uses
      .filter((used) => pure === true && folders[used] !== undefined && !folders[used].pure)
      .map((used) => `the row ${folder} of ${layer} runs in a browser too, ${used} does not`),
  );
  return [
    ...unknown,
    ...impure,
    ...empty.map((folder) => `the row ${folder} of ${layer} is of no file`),
    ...circles.map((circle) => `folders of ${layer} in a circle: ${circle.join(' -> ')}`),
  ];
}

function isIn(path: string, layer: string, folder: string): boolean {
  return `${path}/`.startsWith(`packages/${layer}/src/${folder}/`);
}
