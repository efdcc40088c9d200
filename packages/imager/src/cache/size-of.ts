import { readdir } from 'node:fs/promises';
import { run } from '@capsule/host';

/** Bytes of all that is in a folder, with the folders themselves; 0 when nothing is. */
export async function sizeOf(directory: string): Promise<number> {
  if ((await readdir(directory)).length === 0) return 0;
  const { stdout } = await run('du', ['--summarize', '--bytes', directory]);
  return Number.parseInt(stdout, 10);
}
