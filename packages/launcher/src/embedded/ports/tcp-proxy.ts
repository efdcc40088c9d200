import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens at `from` and carries each connection to `to`. Each direction ends on its own, so that a
 * client that has sent everything still receives the answer; a broken side resets the other. When `to`
 * refuses, the client is reset. Fails with the error of listening (`EADDRINUSE`).
 */
export async function listenTcp(from: Endpoint, to: Endpoint): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ ...to, allowHalfOpen: true, noDelay: true });
    join(client, target);
    join(target, client);
    for (const socket of [client, target]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
  });
  server.listen({ ...from, exclusive: true });
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.resetAndDestroy();
      await closed;
    },
  };
}

function join(source: Socket, sink: Socket): void {
  source.pipe(sink);
  source.on('error', () => sink.resetAndDestroy());
  source.once('close', () => {
    // Without an end from its peer the sink would stay half-open for ever.
    if (!source.readableEnded) sink.destroy();
  });
}
