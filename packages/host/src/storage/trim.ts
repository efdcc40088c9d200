import { run } from '../process/run.ts';

/** A large filesystem on a slow disk. */
const SLOW_MS = 30 * 60_000;

/** Discards the blocks that a mounted filesystem does not use; its device frees them: ioctl FITRIM. */
export async function trim(mountPoint: string, signal?: AbortSignal): Promise<void> {
  await run('fstrim', [mountPoint], {
    timeoutMs: SLOW_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}
