import { readdir } from 'node:fs/promises';
import { run } from '@capsule/host';

/** Returns the size in bytes of a folder with all that is below it; 0 when it is empty. */
export async function sizeOf(directory: string): Promise<number> {
  if ((await readdir(directory)).length === 0) return 0;
  const { stdout } = await run('du', ['--summarize', '--bytes', directory]);
  return Number.parseInt(stdout, 10);
}
