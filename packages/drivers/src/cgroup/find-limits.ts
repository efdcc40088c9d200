import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resources } from '@capsule/core';
import { readIfThere } from './read-if-there.ts';

const CONTROLLERS: readonly (readonly [keyof Resources, string])[] = [
  ['memoryBytes', 'memory'],
  ['cpuMillis', 'cpu'],
  ['cpuShares', 'cpu'],
  ['pids', 'pids'],
];

/**
 * Returns the resources that the machine's cgroups can limit, from the unified hierarchy (v2) or from one for
 * each controller (v1).
 */
export async function findLimits(cgroupRoot: string): Promise<ReadonlySet<keyof Resources>> {
  const [unified, folders] = await Promise.all([
    readIfThere(join(cgroupRoot, 'cgroup.controllers')),
    readdir(cgroupRoot),
  ]);
  const controllers = new Set(unified === undefined ? folders : unified.trim().split(/\s+/));
  const found = CONTROLLERS.filter(([, controller]) => controllers.has(controller));
  return new Set(found.map(([limit]) => limit));
}
