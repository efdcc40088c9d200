import { rmdir } from 'node:fs/promises';
import { emptyFolder, exists } from '@capsule/host';

/** Removes a folder of ours with all that is in it. Idempotent. */
export async function removeFolder(path: string): Promise<void> {
  if (!(await exists(path))) return;
  await emptyFolder(path);
  await rmdir(path);
}
