import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';
import { processError } from '../process/errors.ts';
import { run } from '../process/run.ts';

/** The writers stand still until the thaw, so it outlasts a short lack of descriptors or processes. */
const THAW_LIMIT_MS = 60_000;
const THAW_AGAIN_MS = 100;

/**
 * Blocks writers of a mounted filesystem, after a sync of everything written: ioctl FIFREEZE. Freezing it again is a
 * success. The freeze outlives this process: thaw it in every case.
 */
export async function freeze(mountPoint: string, signal?: AbortSignal): Promise<void> {
  await ask('--freeze', mountPoint, /Device or resource busy/, signal);
}

/**
 * Unblocks the writers. A filesystem that is not frozen is a success. Retries for a minute where the program cannot be
 * started.
 */
export async function thaw(mountPoint: string): Promise<void> {
  const deadline = performance.now() + THAW_LIMIT_MS;
  for (;;) {
    try {
      return await ask('--unfreeze', mountPoint, /Invalid argument/);
    } catch (error) {
      if (!mayStartLater(error) || performance.now() > deadline) throw error;
    }
    await delay(THAW_AGAIN_MS);
  }
}

/** A program that is not installed does not appear. */
function mayStartLater(error: unknown): boolean {
  if (!isCapsuleError(error) || error.code !== processError.NOT_STARTED.code) return false;
  return (error.cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT';
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
