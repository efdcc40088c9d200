import { stat } from 'node:fs/promises';
import type { Standing } from './plan-copy.ts';

/** What stands at a local path, links followed. */
export async function lookLocal(path: string): Promise<Standing> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}
