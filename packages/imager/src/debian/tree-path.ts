import { lstat, readlink } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { imagerError } from '../errors.ts';

/** A file of a tree, or a symbolic link on the way to one. */
export interface TreeEntry {
  /** Without a leading slash; no part but the last is a link. */
  readonly path: string;
  /** Where a symbolic link leads, as it is written. */
  readonly link?: string;
}

/** As the kernel's. */
const MOST_LINKS = 40;

/**
 * Follows a path as a program inside `root` would: every symbolic link on the way, and in the end
 * the file.
 */
export async function treePath(root: string, path: string): Promise<readonly TreeEntry[]> {
  const links: TreeEntry[] = [];
  let [walked, rest] = ['', parts(path)];
  while (rest.length > 0 && links.length < MOST_LINKS) {
    const [next = '', ...after] = rest;
    const at = join(walked, next);
    const link = await linkAt(root, at);
    if (link === undefined) {
      [walked, rest] = [at, after];
    } else {
      links.push({ path: at, link });
      [walked, rest] = ['', parts(join(link.startsWith('/') ? '' : walked, link, ...after))];
    }
  }
  return [...links, { path: walked }];
}

function parts(path: string): readonly string[] {
  return normalize(`/${path}`).split('/').filter(Boolean);
}

async function linkAt(root: string, path: string): Promise<string | undefined> {
  const full = join(root, path);
  try {
    return (await lstat(full)).isSymbolicLink() ? await readlink(full) : undefined;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw imagerError.PROGRAM_MISSING({ path: `/${path}`, tree: root }, cause);
  }
}
