import { rmdir } from 'node:fs/promises';
import { unlessMissing } from './unless-missing.ts';

/** Only an empty one goes: what else is kept in it stays. Idempotent. */
export async function removeEmptyFolder(path: string): Promise<void> {
  await unlessMissing(rmdir(path), ['ENOTEMPTY']);
}
