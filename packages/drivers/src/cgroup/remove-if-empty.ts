import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import { listHierarchies } from './hierarchies.ts';

/** Removes a cgroup from every hierarchy in which it holds no process and no other cgroup. Idempotent. */
export async function removeIfEmpty(root: string, path: string): Promise<void> {
  for (const hierarchy of await listHierarchies(root)) {
    await unlessMissing(rmdir(join(hierarchy, path)), ['ENOTEMPTY', 'EBUSY']);
  }
}
