import { join } from 'node:path';
import { fieldOf } from './field-of.ts';
import { readIfThere } from './read-if-there.ts';

/**
 * Returns whether the kernel's OOM killer has killed a process of this cgroup; with v2 also one of a cgroup
 * below. False where the cgroup is gone or its memory is not limited. See `memory.events` in Linux's
 * cgroup-v2.rst and `memory.oom_control` in cgroup-v1/memory.rst.
 */
export async function hasOomKill(cgroupRoot: string, path: string): Promise<boolean> {
  const [unified, split] = await Promise.all([
    readIfThere(join(cgroupRoot, path, 'memory.events')),
    readIfThere(join(cgroupRoot, 'memory', path, 'memory.oom_control')),
  ]);
  return (fieldOf(unified ?? split, 'oom_kill') ?? 0) > 0;
}
