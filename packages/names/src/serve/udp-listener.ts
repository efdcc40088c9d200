import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { LIMITS } from '../limits.ts';
import type { Listener, ListenerParts } from './listener.ts';

/** Answers datagrams. Fails as bind(2) does. */
export async function listenUdp(parts: ListenerParts): Promise<Listener> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: LIMITS.unreadBytes });
  const over = Promise.withResolvers<unknown>();
  let isOpen = true;

  async function answer(bytes: Buffer, { address, port }: RemoteInfo): Promise<void> {
    if (!parts.isClient(address) || port === 0) return;
    if (socket.getSendQueueCount() > LIMITS.unsentDatagrams) return;
    try {
      const reply = await parts.handle(bytes, { address, transport: 'udp' });
      // A lost answer is the client's concern: it asks again.
      if (reply !== undefined && isOpen) socket.send(reply, port, address, () => undefined);
    } catch (failure) {
      parts.onFailure(failure);
    }
  }

  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }

  socket.on('message', (bytes, from) => void answer(bytes, from));
  try {
    socket.bind({ address: parts.address, port: parts.port });
    await once(socket, 'listening');
  } catch (failure) {
    await close();
    throw failure;
  }
  socket.on('error', over.resolve);
  return { port: socket.address().port, broken: over.promise, [Symbol.asyncDispose]: close };
}
