import { readFile } from 'node:fs/promises';
import { type HostProblem, readHostReport } from '@capsule/core';

/**
 * Reads the problems that the launcher of an embedded capsule found on its host; none without a
 * launcher.
 */
export async function readHostProblems(path: string): Promise<readonly HostProblem[]> {
  try {
    return readHostReport(await readFile(path, 'utf8'));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}
