import { join } from 'node:path';
import { exists } from '@capsule/host';

/** Whether cgroups are in the one hierarchy (v2), rather than in one for each controller (v1). */
export function isUnified(cgroupRoot: string): Promise<boolean> {
  return exists(join(cgroupRoot, 'cgroup.controllers'));
}
