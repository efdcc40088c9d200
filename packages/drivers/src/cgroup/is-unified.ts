import { join } from 'node:path';
import { exists } from '@capsule/host';

/** Returns whether the machine has one cgroup hierarchy (v2) rather than one for each controller (v1). */
export function isUnified(cgroupRoot: string): Promise<boolean> {
  return exists(join(cgroupRoot, 'cgroup.controllers'));
}
