import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/run.ts';

/** A million files on a slow disk. */
const SLOW_MS = 10 * 60_000;
/** The arguments of one command are limited. */
const AT_ONCE = 500;

/**
 * Removes everything in a folder but the entries to keep. Stays on the folder's own filesystem, and does not
 * follow links. Idempotent.
 */
export async function emptyFolder(path: string, keep: readonly string[] = []): Promise<void> {
  const entries = (await readdir(path)).filter((name) => !keep.includes(name));
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const paths = entries.slice(at, at + AT_ONCE).map((name) => join(path, name));
    await run('rm', ['-rf', '--one-file-system', '--', ...paths], { timeoutMs: SLOW_MS });
  }
}
