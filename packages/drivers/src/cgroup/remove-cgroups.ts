import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the cgroup of a container and that of its cell, when the latter is empty, in every hierarchy
 * (one below each controller's directory with cgroup v1, one in all with v2). Idempotent. What still
 * holds processes or other containers stays.
 */
export async function removeCgroups(root: string, containerPath: string): Promise<void> {
  const controllers = await readdir(root, { withFileTypes: true }).catch(ignoreMissing);
  const names = (controllers ?? []).filter((entry) => entry.isDirectory()).map((e) => e.name);
  // v2 has the tree directly below the root; v1 in a directory per controller.
  const hierarchies = [root, ...names.map((name) => join(root, name))];
  const cellPath = join(containerPath, '..');
  for (const hierarchy of hierarchies) {
    await removeTree(join(hierarchy, containerPath));
    await removeEmpty(join(hierarchy, cellPath));
  }
}

/** A cgroup goes after those below it, which a container may have made. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ignoreMissing);
  if (entries === undefined) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  }
  await removeEmpty(path);
}

async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes(code)) throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
