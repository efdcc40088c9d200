import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import { isUnified } from './is-unified.ts';

/** Returns the folders of all hierarchies: one in all with cgroup v2, one for each controller with v1. */
export async function listHierarchies(root: string): Promise<readonly string[]> {
  if (await isUnified(root)) return [root];
  const entries = (await unlessMissing(readdir(root, { withFileTypes: true }))) ?? [];
  // Links name a hierarchy of two controllers by one of them.
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}
