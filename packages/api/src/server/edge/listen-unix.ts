import { createServer } from 'node:net';
import type { Edge } from './edge.ts';

/** Listens on a unix socket for an edge, which gets disposed of with the listener. */
export async function listenUnix(edge: Edge, socketPath: string): Promise<AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (socket) => edge.accept(socket));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(socketPath, resolve);
  await promise;
  return {
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await edge[Symbol.asyncDispose]();
      await closed.promise;
    },
  };
}
