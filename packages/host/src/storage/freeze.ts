import { processError } from '../process/errors.ts';
import { run } from '../process/run.ts';

/**
 * Blocks writers of a mounted filesystem, after a sync of everything written: ioctl FIFREEZE. Freezing it again is a
 * success. The freeze outlives this process: thaw it in every case.
 */
export async function freeze(mountPoint: string, signal?: AbortSignal): Promise<void> {
  await ask('--freeze', mountPoint, /Device or resource busy/, signal);
}

/** Unblocks the writers. A filesystem that is not frozen is a success. */
export async function thaw(mountPoint: string): Promise<void> {
  await ask('--unfreeze', mountPoint, /Invalid argument/);
}

async function ask(
  what: '--freeze' | '--unfreeze',
  mountPoint: string,
  isSo: RegExp,
  signal?: AbortSignal,
): Promise<void> {
  const args = [what, mountPoint];
  const result = await run('fsfreeze', args, {
    allow: [0, 1],
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode === 0 || isSo.test(result.stderr)) return;
  throw processError.FAILED({ command: 'fsfreeze', args, killedBy: null, ...result });
}
