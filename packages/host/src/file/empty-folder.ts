import { run } from '../process/run.ts';

/**
 * Removes everything in a folder but the entries to keep. Stays on the folder's own filesystem, and
 * follows no link. Idempotent.
 */
export async function emptyFolder(path: string, keep: readonly string[] = []): Promise<void> {
  const kept = keep.flatMap((name) => ['-not', '-path', `${path}/${name}`]);
  await run('find', [path, '-xdev', '-mindepth', '1', ...kept, '-delete'], { timeoutMs: SLOW_MS });
}

/** A million files on a slow disk. */
const SLOW_MS = 10 * 60_000;
