import { statfsSync } from 'node:fs';
import { atOnceUnlessMissing } from '../file/at-once-unless-missing.ts';
import { namesIn } from '../file/names-in.ts';

/** Where `ip netns` pins namespaces: one bind mount of `/proc/<pid>/ns/net` each. */
const NAMESPACE_DIR = '/run/netns';

/** From the kernel's include/uapi/linux/magic.h. */
const NSFS_MAGIC = 0x6e736673;

export function pinnedNamespacePath(name: string): string {
  return `${NAMESPACE_DIR}/${name}`;
}

/**
 * `pinned`: a namespace is mounted there. `empty`: only the file exists, left by a program that was killed
 * between its creation and the mount. `none`: nothing exists there.
 */
export function namespaceState(name: string): Promise<'pinned' | 'empty' | 'none'> {
  return namespaceStateAt(pinnedNamespacePath(name));
}

/** The same for a namespace of any kind, pinned at any path. */
export async function namespaceStateAt(path: string): Promise<'pinned' | 'empty' | 'none'> {
  const seen = atOnceUnlessMissing(() => statfsSync(path));
  if (seen === undefined) return 'none';
  return seen.type === NSFS_MAGIC ? 'pinned' : 'empty';
}

/** Names of all entries under `/run/netns`, of any program, mounted or not. */
export function namespaceNames(): Promise<readonly string[]> {
  return namesIn(NAMESPACE_DIR);
}
