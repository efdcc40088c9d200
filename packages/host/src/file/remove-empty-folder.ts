import { rmdir } from 'node:fs/promises';
import { unlessMissing } from './unless-missing.ts';

/** Removes a folder only if it is empty. Idempotent. */
export async function removeEmptyFolder(path: string): Promise<void> {
  await unlessMissing(rmdir(path), ['ENOTEMPTY']);
}
