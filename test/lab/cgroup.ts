import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/** The roots of the capsule's cgroup hierarchies: one for v2, or one for each controller of v1. */
export async function cgroupRoots(lab: Lab): Promise<readonly string[]> {
  const mounts = await readFile(`/proc/${lab.pid}/mounts`, 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .flatMap(([, path]) => path ?? []);
}

/** Paths, below `kukeon`, of the cgroups of cells and containers in every tree. */
export async function cellCgroups(lab: Lab): Promise<readonly string[]> {
  const roots = await cgroupRoots(lab);
  const found = await Promise.all(
    roots.map(async (root) => {
      const folders = await foldersBelow(pathOf(lab, join(root, 'kukeon')));
      // realm/space/stack stay; a cell is the fourth level.
      return folders.filter((path) => path.split('/').length >= 4).map((path) => `${root} ${path}`);
    }),
  );
  return found.flat();
}

async function foldersBelow(top: string): Promise<readonly string[]> {
  const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch(
    (failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT') return [];
      throw failure;
    },
  );
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(top.length + 1));
}
