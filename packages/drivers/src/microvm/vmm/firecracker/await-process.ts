import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessMissing } from '@capsule/host';
import { microVmError } from '../../errors.ts';
import { isProcessAlive, markProcess, type ProcessMark } from '../../process/process-mark.ts';

const LOOK_AGAIN_MS = 2;
/** Emulated below KVM, and among twenty others, it takes its time. */
const LIMIT_MS = 60_000;

/**
 * Waits for the number of the machine's process, which `jail` tells at `path` before it ends. Undefined when it has
 * ended already: its console says why. Fails with `MICROVM_NOT_BOOTED`.
 */
export async function awaitProcess(
  container: string,
  path: string,
  jail: ProcessMark,
): Promise<ProcessMark | undefined> {
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    // Before the look: what was told by then is there.
    const isUp = await isProcessAlive(jail);
    const pid = await readNumber(path);
    if (pid !== undefined) return markProcess(pid);
    if (!isUp) throw notBooted(container, 'its jail could not be made; its console says why');
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
