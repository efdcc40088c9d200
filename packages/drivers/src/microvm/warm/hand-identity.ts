import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { deviceBytes } from '@capsule/host';
import { type BootConfig, packBootDisk } from '../disk/boot-disk.ts';
import { microVmError } from '../errors.ts';
import { connectVsock } from '../guest/connect-vsock.ts';
import type { Machine } from '../vmm/vmm.ts';

/** A guest that was resumed listens here until it has its identity. */
const PORT = 50;
const SEED_BYTES = 64;
const SECTOR_BYTES = 512;
/** The resume of a guest breaks a connection that was opened in the same moment. */
const LOOK_AGAIN_MS = 3;
const LIMIT_MS = 60_000;
const REPLY_LIMIT_BYTES = 4096;

/**
 * Gives a guest that was resumed all that makes it another one than its siblings: token, address, name, clock,
 * random state, and the sizes of its disks. Resolves when the guest has taken it. Fails with
 * `MICROVM_NOT_RESUMED`.
 */
export async function handIdentity(
  machine: Machine,
  config: BootConfig,
  checkAlive: () => Promise<void>,
): Promise<void> {
  const { name: container, sockets, tap } = machine;
  const identity = packBootDisk({
    ...config,
    network: { ...config.network, hardwareAddress: tap.hardwareAddress },
    seed: randomBytes(SEED_BYTES).toString('hex'),
    diskSectors: await Promise.all(machine.disks.map(({ path }) => sectorsOf(path))),
  });
  for (const until = performance.now() + LIMIT_MS; performance.now() < until; ) {
    const reply = await ask(sockets.vsock, identity);
    if (reply === 'ok') return;
    if (reply !== '') throw microVmError.NOT_RESUMED({ container, why: reply });
    await checkAlive();
    await delay(LOOK_AGAIN_MS);
  }
  throw microVmError.NOT_RESUMED({ container, why: 'its guest did not take its identity' });
}

/** Returns the line that the guest answers; empty where the connection breaks before. */
async function ask(vsock: string, identity: Buffer): Promise<string> {
  const socket = await connectVsock(vsock, PORT).catch(() => undefined);
  if (socket === undefined) return '';
  try {
    socket.write(identity);
    return await readLine(socket);
  } finally {
    socket.destroy();
  }
}

async function readLine(socket: Socket): Promise<string> {
  let reply = '';
  // A broken connection is no answer.
  socket.on('error', () => socket.destroy());
  socket.on('data', (data: Buffer) => {
    reply += data.toString('latin1');
    if (reply.includes('\n') || reply.length > REPLY_LIMIT_BYTES) socket.destroy();
  });
  await once(socket, 'close');
  return reply.split('\n', 1)[0] ?? '';
}

async function sectorsOf(path: string): Promise<number> {
  const found = await stat(path);
  const bytes = found.isBlockDevice() ? await deviceBytes(path) : found.size;
  return Math.floor(bytes / SECTOR_BYTES);
}
