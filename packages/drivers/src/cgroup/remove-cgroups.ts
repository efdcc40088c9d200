import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';

/**
 * Removes the cgroup of a container from every hierarchy (one for each controller's directory with cgroup v1,
 * one in all with v2), and that of its cell when it is empty. Idempotent. A cgroup that still holds processes
 * or other containers stays.
 */
export async function removeCgroups(root: string, containerPath: string): Promise<void> {
  const controllers = await unlessMissing(readdir(root, { withFileTypes: true }));
  const names = (controllers ?? []).filter((entry) => entry.isDirectory()).map((e) => e.name);
  // v2 has the tree directly below the root; v1 has one for each controller.
  const hierarchies = [root, ...names.map((name) => join(root, name))];
  const cellPath = join(containerPath, '..');
  for (const hierarchy of hierarchies) {
    await removeTree(join(hierarchy, containerPath));
    await removeEmpty(join(hierarchy, cellPath));
  }
}

/** A cgroup can be removed only after those below it; the container may have made some. */
async function removeTree(path: string): Promise<void> {
  const entries = await unlessMissing(readdir(path, { withFileTypes: true }));
  if (entries === undefined) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  }
  await removeEmpty(path);
}

/** A cgroup in use stays. */
async function removeEmpty(path: string): Promise<void> {
  await unlessMissing(rmdir(path), ['ENOTEMPTY', 'EBUSY']);
}
