/** A path of the repository between backticks; a folder ends with a slash. */
const PATH = /`((?:packages|native|proto)\/[\w./-]+)`/g;

/** Files and folders that the page names. */
export function readMap(page: string): readonly string[] {
  return [...page.matchAll(PATH)].map(([, path = '']) => path);
}

/**
 * What is wrong with the page: paths that are gone, and folders that a newcomer would not find. `files` are all of
 * the repository, `folders` those that have to be named, with a slash at the end.
 */
export function mapProblems(
  named: readonly string[],
  files: readonly string[],
  folders: readonly string[],
): string[] {
  const gone = named.filter((path) => !files.some((file) => isAt(file, path)));
  const hidden = folders.filter((folder) => !named.some((path) => path.startsWith(folder)));
  return [
    ...gone.map((path) => `${PAGE}: there is no ${path}`),
    ...hidden.map((folder) => `${PAGE}: ${folder} is not named`),
  ];
}

/** Of folders that hold nothing but one folder for each thing: the paths of these. */
export function foldersIn(parents: readonly string[], files: readonly string[]): readonly string[] {
  const found = files.flatMap((file) => {
    const parent = parents.find((folder) => file.startsWith(folder));
    const [name, ...rest] = parent === undefined ? [] : file.slice(parent.length).split('/');
    return name === undefined || rest.length === 0 ? [] : [`${parent}${name}/`];
  });
  return [...new Set(found)];
}

export const PAGE = 'docs/contributing/where.md';

function isAt(file: string, path: string): boolean {
  return path.endsWith('/') ? file.startsWith(path) : file === path;
}
