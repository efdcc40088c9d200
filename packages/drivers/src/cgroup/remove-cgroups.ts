import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import { listHierarchies } from './hierarchies.ts';

/**
 * Removes a cgroup and all below it from every hierarchy; a container may have made some. Idempotent. A cgroup
 * that still holds processes stays, and so do those above it.
 */
export async function removeCgroups(root: string, path: string): Promise<void> {
  for (const hierarchy of await listHierarchies(root)) await removeTree(join(hierarchy, path));
}

async function removeTree(path: string): Promise<void> {
  const entries = await unlessMissing(readdir(path, { withFileTypes: true }));
  if (entries === undefined) return;
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name));
  }
  await unlessMissing(rmdir(path), ['ENOTEMPTY', 'EBUSY']);
}
