import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import { CONTROLLERS } from './controllers.ts';

/**
 * Makes a cgroup of v2 and passes the controllers on to those below it: each level passes on the ones that
 * its parent has enabled (Documentation/admin-guide/cgroup-v2.rst). Idempotent.
 */
export async function delegateControllers(root: string, path: string): Promise<void> {
  const levels = path.split('/').filter(Boolean);
  const folders = levels.map((_, index) => join(root, ...levels.slice(0, index + 1)));
  for (const folder of [root, ...folders]) {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'cgroup.subtree_control');
    for (const controller of CONTROLLERS) {
      // `capsule info` reports controllers that this kernel lacks or refuses.
      const write = writeFile(file, `+${controller}`, { flag: 'r+' });
      await unlessMissing(write, ['EINVAL', 'EBUSY', 'EOPNOTSUPP']);
    }
  }
}
