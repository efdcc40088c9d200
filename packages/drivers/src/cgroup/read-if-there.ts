import { readFile } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';

/** Returns the file's text; undefined for a file or a process that does not exist. */
export function readIfThere(path: string): Promise<string | undefined> {
  // ENODEV and ESRCH: the process or cgroup ended during the read.
  return unlessMissing(readFile(path, 'utf8'), ['ENODEV', 'ESRCH']);
}
