import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { microVmError } from '../errors.ts';

const REPLY_LIMIT_BYTES = 64;
const LINE_FEED = 10;
const REPLY_LIMIT_MS = 10_000;

/**
 * Connects to a port of a guest, through the socket that its VMM serves on the capsule: `CONNECT PORT`, then
 * `OK NUMBER`, then the bytes (Firecracker's docs/vsock.md). Nothing may be sent before the reply. Fails with
 * `MICROVM_NO_VSOCK`, at once where no process listens.
 */
export async function connectVsock(path: string, port: number): Promise<Socket> {
  const socket = connect(path);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const refuse = (detail: string) => failed.reject(microVmError.NO_VSOCK({ port, detail }));
  socket.once('error', (error) => refuse(error.message));
  socket.once('close', () => refuse('no process listens'));
  const timer = setTimeout(() => refuse('it does not answer'), REPLY_LIMIT_MS);
  try {
    await Promise.race([once(socket, 'connect'), failed.promise]);
    socket.write(`CONNECT ${port}\n`);
    await Promise.race([readReply(socket), failed.promise]);
    return socket;
  } catch (error) {
    leaveAfterReply(socket);
    throw error;
  } finally {
    clearTimeout(timer);
    // From here on the caller handles errors.
    socket.removeAllListeners('close');
  }
}

/** Bytes after the reply stay in the socket. */
async function readReply(socket: Socket): Promise<void> {
  let reply = Buffer.alloc(0);
  for (;;) {
    const data = socket.read() as Buffer | null;
    if (data === null) {
      await once(socket, 'readable');
      continue;
    }
    reply = Buffer.concat([reply, data]);
    const end = reply.indexOf(LINE_FEED);
    if (end >= 0) {
      if (reply.length > end + 1) socket.unshift(reply.subarray(end + 1));
      return;
    }
    if (reply.length > REPLY_LIMIT_BYTES) socket.destroy();
  }
}

/**
 * Closes the socket only after the reply. vhost-device-vsock 0.3 writes the reply when the guest accepts, and
 * panics when that fails; all other connections of the guest would end with it.
 */
function leaveAfterReply(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.destroy());
  socket.unref();
}
