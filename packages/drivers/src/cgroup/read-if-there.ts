import { readFile } from 'node:fs/promises';

/** The file's text; undefined for a file, or a process, that does not exist. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    const { code = '' } = failure as NodeJS.ErrnoException;
    // ENODEV and ESRCH: it went while it was read.
    if (['ENOENT', 'ENODEV', 'ESRCH'].includes(code)) return undefined;
    throw failure;
  }
}
