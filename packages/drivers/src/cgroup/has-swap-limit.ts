import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether swap can be limited. Where the kernel does not account for it (v1 without `swapaccount`), runc fails on a
 * limit of it; on v2 it leaves out the one that is not there.
 */
export function hasSwapLimit(cgroupRoot: string): boolean {
  const isUnified = existsSync(join(cgroupRoot, 'cgroup.controllers'));
  return isUnified || existsSync(join(cgroupRoot, 'memory/memory.memsw.limit_in_bytes'));
}
