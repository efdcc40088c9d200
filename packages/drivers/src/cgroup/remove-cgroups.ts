import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';

/**
 * Removes the cgroup of a container and that of its cell, when the latter is empty, in every hierarchy
 * (one below each controller's directory with cgroup v1, one in all with v2). Idempotent. What still
 * holds processes or other containers stays.
 */
export async function removeCgroups(root: string, containerPath: string): Promise<void> {
  const controllers = await unlessMissing(readdir(root, { withFileTypes: true }));
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
  const entries = await unlessMissing(readdir(path, { withFileTypes: true }));
  if (entries === undefined) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  }
  await removeEmpty(path);
}

/** One that is in use stays. */
async function removeEmpty(path: string): Promise<void> {
  await unlessMissing(rmdir(path), ['ENOTEMPTY', 'EBUSY']);
}
