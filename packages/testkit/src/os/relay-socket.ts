import { once } from 'node:events';
import net from 'node:net';

/** A socket of this machine whose connections go to a port of this machine. */
export async function relaySocket(path: string, port: number): Promise<AsyncDisposable> {
  const open = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (from) => {
    const to = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    for (const side of [from, to]) {
      open.add(side);
      side.on('error', () => {
        from.destroy();
        to.destroy();
      });
      side.on('close', () => open.delete(side));
    }
    from.pipe(to).pipe(from);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const side of open) side.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
