import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { LIMITS } from '../limits.ts';
import type { Listener, ListenerParts } from './listener.ts';
import { serveConnection } from './tcp-connection.ts';

/** Answers over TCP connections, up to a limit of connections. Fails as bind(2) does. */
export async function listenTcp(parts: ListenerParts): Promise<Listener> {
  const open = new Map<Socket, string>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const client = socket.remoteAddress ?? '';
    const ofClient = [...open.values()].filter((address) => address === client).length;
    const isFull = open.size >= LIMITS.connections || ofClient >= LIMITS.connectionsPerClient;
    if (isFull || !parts.isClient(client)) return void socket.destroy();
    open.set(socket, client);
    socket.on('close', () => open.delete(socket));
    serveConnection(socket, { address: client, transport: 'tcp' }, parts);
  });
  const broken = Promise.withResolvers<unknown>();
  server.listen({ host: parts.address, port: parts.port, backlog: LIMITS.connections });
  await once(server, 'listening');
  server.on('error', broken.resolve);
  return {
    port: (server.address() as AddressInfo).port,
    broken: broken.promise,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open.keys()) socket.destroy();
      await closed;
    },
  };
}
