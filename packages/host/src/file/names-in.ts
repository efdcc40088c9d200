import { readdir } from 'node:fs/promises';
import { unlessMissing } from './unless-missing.ts';

/** The names in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await unlessMissing(readdir(folder))) ?? [];
}
