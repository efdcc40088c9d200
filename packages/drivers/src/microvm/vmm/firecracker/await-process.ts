import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessMissing } from '@capsule/host';
import { microVmError } from '../../errors.ts';
import { isProcessAlive, markProcess, type ProcessMark } from '../../process/process-mark.ts';

const LOOK_AGAIN_MS = 2;
/** An emulated machine among twenty others takes its time to start. */
const LIMIT_MS = 60_000;

/**
 * Waits until `jail` has written the number of the machine's process to `path`, which it does before it ends.
 * Undefined when the machine has ended already; its console shows the reason. Fails with
 * `MICROVM_NOT_BOOTED`.
 */
export async function awaitProcess(
  container: string,
  path: string,
  jail: ProcessMark,
): Promise<ProcessMark | undefined> {
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    // Checked before the file is read, so a number that the jail has written by then is seen.
    const isUp = await isProcessAlive(jail);
    const pid = await readNumber(path);
    if (pid !== undefined) return markProcess(pid);
    if (!isUp)
      throw notBooted(container, 'its jail could not be created; its console shows the reason');
    await delay(LOOK_AGAIN_MS);
  }
  throw notBooted(container, 'its jail was not ready in time');
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = (await unlessMissing(readFile(path, 'utf8'))) ?? '';
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

function notBooted(container: string, why: string) {
  return microVmError.NOT_BOOTED({ container, why });
}
