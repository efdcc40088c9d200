import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns whether swap can be limited. With v1 and no `swapaccount`, runc fails on a swap limit; with v2 it
 * leaves out a limit that the kernel does not have.
 */
export function hasSwapLimit(cgroupRoot: string): boolean {
  const isUnified = existsSync(join(cgroupRoot, 'cgroup.controllers'));
  return isUnified || existsSync(join(cgroupRoot, 'memory/memory.memsw.limit_in_bytes'));
}
