import { readdir, statfs } from 'node:fs/promises';

/** Where `ip netns` pins namespaces: one bind mount of `/proc/<pid>/ns/net` each. */
const NAMESPACE_DIR = '/run/netns';

/** From the kernel's include/uapi/linux/magic.h. */
const NSFS_MAGIC = 0x6e736673;

export function pinnedNamespacePath(name: string): string {
  return `${NAMESPACE_DIR}/${name}`;
}

/**
 * `pinned`: a namespace is mounted there. `empty`: only the file, left by a program that was killed
 * between making it and mounting on it. `none`: nothing there.
 */
export async function namespaceState(name: string): Promise<'pinned' | 'empty' | 'none'> {
  try {
    return (await statfs(pinnedNamespacePath(name))).type === NSFS_MAGIC ? 'pinned' : 'empty';
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw failure;
  }
}

/** Names of everything under `/run/netns`, whoever made it, mounted or not. */
export async function namespaceNames(): Promise<readonly string[]> {
  try {
    return await readdir(NAMESPACE_DIR);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}
