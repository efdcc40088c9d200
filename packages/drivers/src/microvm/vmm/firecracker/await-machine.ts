import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { microVmError } from '../../errors.ts';
import { isAlive, markProcess, type ProcessMark } from '../../process/process-mark.ts';
import type { Machine } from '../vmm.ts';
import { callFirecracker } from './firecracker-api.ts';

const LOOK_AGAIN_MS = 2;
/** Emulated below KVM, and among twenty others, it takes its time. */
const LIMIT_MS = 60_000;

/**
 * Waits for the number of the machine's process, which `jail` tells at `path` before it ends. Fails with
 * `MICROVM_NOT_BOOTED`.
 */
export async function awaitProcess(
  container: string,
  path: string,
  jail: ProcessMark,
): Promise<ProcessMark> {
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    // Before the look: what was told by then is there.
    const isUp = await isAlive(jail);
    const pid = await readNumber(path);
    if (pid !== undefined) {
      const mark = await markProcess(pid);
      if (mark !== undefined) return mark;
      throw notBooted(container, 'Firecracker ended at once');
    }
    if (!isUp) throw notBooted(container, 'its jail could not be made; its console says why');
    await delay(LOOK_AGAIN_MS);
  }
  throw notBooted(container, 'its jail was not ready in time');
}

/** Waits until the monitor says that the guest runs. Fails with `MICROVM_NOT_BOOTED`. */
export async function awaitRunning(machine: Machine, mark: ProcessMark): Promise<void> {
  const { name, sockets } = machine;
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    const isUp = await isAlive(mark);
    // Nobody listens yet, or it is busy with its devices.
    const said = await callFirecracker(sockets.control, { method: 'GET', path: '/' }).catch(
      () => undefined,
    );
    if (said?.['state'] === 'Running') return;
    if (!isUp) throw notBooted(name, 'Firecracker gave up; its console says why');
    await delay(LOOK_AGAIN_MS);
  }
  throw notBooted(name, 'Firecracker did not start it in time');
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return '';
    throw failure;
  });
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

function notBooted(container: string, why: string) {
  return microVmError.NOT_BOOTED({ container, why });
}
