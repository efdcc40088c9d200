import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/run.ts';

/** Terabytes on a slow disk. */
const SLOW_MS = 12 * 3600_000;

/**
 * Copies a file with its holes. Where the filesystem shares blocks (FICLONE: XFS, btrfs, bcachefs), the copy is
 * instant and takes no space. Overwrites the target, which is not synced.
 */
export async function cloneFile(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await run('cp', ['--reflink=auto', '--sparse=auto', '--no-preserve=mode', from, to], {
    timeoutMs: SLOW_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Whether files in a folder share blocks with their clones. */
export async function sharesBlocks(folder: string): Promise<boolean> {
  const from = join(folder, '.clone-probe');
  const to = `${from}-copy`;
  try {
    const file = await open(from, 'w', 0o600);
    await file.write('x').finally(() => file.close());
    const { exitCode } = await run('cp', ['--reflink=always', from, to], { allow: [0, 1] });
    return exitCode === 0;
  } finally {
    await Promise.all([rm(from, { force: true }), rm(to, { force: true })]);
  }
}
