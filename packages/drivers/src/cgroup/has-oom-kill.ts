import { join } from 'node:path';
import { fieldOf } from './field-of.ts';
import { readIfThere } from './read-if-there.ts';

/**
 * Whether the kernel has killed a process of this cgroup, in v2 also of one below it, for want of memory. False where the
 * cgroup is gone, or memory is not limited there. See cgroup-v2.rst (`memory.events`) and cgroup-v1/memory.rst
 * (`memory.oom_control`) of Linux.
 */
export async function hasOomKill(cgroupRoot: string, path: string): Promise<boolean> {
  const [unified, split] = await Promise.all([
    readIfThere(join(cgroupRoot, path, 'memory.events')),
    readIfThere(join(cgroupRoot, 'memory', path, 'memory.oom_control')),
  ]);
  return (fieldOf(unified ?? split, 'oom_kill') ?? 0) > 0;
}
