import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { localFault } from '../../program/local-fault.ts';

const BLOCK_BYTES = 512;

/**
 * Bytes that files at a local path and below it hold, without the holes in them; what vanishes meanwhile holds
 * none. Fails with `CLI_FILE_UNREADABLE`.
 */
export function sizeOfTree(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return Math.min(stat.size, stat.blocks * BLOCK_BYTES);
  if (stat?.isDirectory() !== true) return 0;
  return namesIn(path).reduce((sum, name) => sum + sizeOfTree(join(path, name)), 0);
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw localFault('read', path, error);
  }
}
