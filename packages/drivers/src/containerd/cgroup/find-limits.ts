import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resources } from '@capsule/core';

const CONTROLLERS: readonly (readonly [keyof Resources, string])[] = [
  ['memoryBytes', 'memory'],
  ['cpuMillis', 'cpu'],
  ['pids', 'pids'],
];

/** What the cgroups of this machine can limit: of the one hierarchy (v2), or of one each (v1). */
export async function findLimits(cgroupRoot: string): Promise<ReadonlySet<keyof Resources>> {
  const [unified, folders] = await Promise.all([
    readIfThere(join(cgroupRoot, 'cgroup.controllers')),
    readdir(cgroupRoot),
  ]);
  const controllers = new Set(unified === undefined ? folders : unified.trim().split(/\s+/));
  const found = CONTROLLERS.filter(([, controller]) => controllers.has(controller));
  return new Set(found.map(([limit]) => limit));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
