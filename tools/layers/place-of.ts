import type { Folders } from './folders.ts';

/**
 * Where a file of a package stands: the longest row that holds it, else its top folder. A file beside the
 * folders composes them and stands nowhere.
 */
export function placeOf(
  { path, home }: { readonly path: string; readonly home: string },
  folders: Folders,
): string | undefined {
  const inside = path.slice(`${home}/src/`.length);
  const rows = Object.keys(folders).filter((row) => `${inside}/`.startsWith(`${row}/`));
  const longest = rows.sort((a, b) => b.length - a.length)[0];
  const [top = inside, ...rest] = inside.split('/');
  return longest ?? (rest.length === 0 ? undefined : top);
}
