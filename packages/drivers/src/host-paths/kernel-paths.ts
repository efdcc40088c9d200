import { statSync } from 'node:fs';
import type { HostPaths } from '@capsule/core';

/** Errors for a path that leads nowhere. */
const NOWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'];

/** Looks at the capsule's own files. */
export class KernelPaths implements HostPaths {
  exists(path: string): boolean {
    try {
      statSync(path);
      return true;
    } catch (error) {
      if (NOWHERE.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }
}
