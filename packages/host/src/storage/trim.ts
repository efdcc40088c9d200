import { run } from '../process/run.ts';

/** A large filesystem on a slow disk. */
const SLOW_MS = 30 * 60_000;

/** Tells the device of a mounted filesystem what it does not use: ioctl FITRIM. */
export async function trim(mountPoint: string, signal?: AbortSignal): Promise<void> {
  await run('fstrim', [mountPoint], {
    timeoutMs: SLOW_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}
