/**
 * The one spelling of an absolute path that names a place in a workload: `/a//b/./c/` is `/a/b/c`. `..` stays, for
 * only a filesystem with its links knows where it leads.
 */
export function plainPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return `/${names.join('/')}`;
}

/** Also of itself; both as `plainPath` writes them. */
export function isPathBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
