import { lstat, stat } from 'node:fs/promises';
import { unlessMissing } from './unless-missing.ts';

/** A folder of the path is a file: then there is nothing below it. */
const BELOW_A_FILE = ['ENOTDIR'];

/**
 * Whether a path leads to something; a link counts for what it leads to. A look that fails is an error, never "no":
 * callers make anew what is not there.
 */
export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path), BELOW_A_FILE)) !== undefined;
}

/** Whether a name is taken, also by a link that leads nowhere. Fails as `exists`. */
export async function isTaken(path: string): Promise<boolean> {
  return (await unlessMissing(lstat(path), BELOW_A_FILE)) !== undefined;
}
