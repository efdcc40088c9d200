import { lstat, stat } from 'node:fs/promises';
import { unlessMissing } from './unless-missing.ts';

/** A part of the path is a file: then nothing exists below it. */
const BELOW_A_FILE = ['ENOTDIR'];

/**
 * Whether a path exists; links are followed. A failed check is an error, never "no": callers create missing
 * paths.
 */
export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path), BELOW_A_FILE)) !== undefined;
}

/** Whether a name is taken, also by a link that leads nowhere. Fails as `exists`. */
export async function isTaken(path: string): Promise<boolean> {
  return (await unlessMissing(lstat(path), BELOW_A_FILE)) !== undefined;
}
