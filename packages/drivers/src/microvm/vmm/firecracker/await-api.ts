import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { microVmError } from '../../errors.ts';
import type { Machine } from '../vmm.ts';

const LOOK_AGAIN_MS = 2;
const LIMIT_MS = 60_000;

/** Waits until Firecracker listens on its socket. Fails with `MICROVM_VMM_REFUSES`. */
export async function awaitApi({ sockets: { control } }: Pick<Machine, 'sockets'>): Promise<void> {
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    if (await accepts(control)) return;
    await delay(LOOK_AGAIN_MS);
  }
  throw microVmError.VMM_REFUSES({ command: 'connect', detail: 'it does not listen' });
}

async function accepts(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
