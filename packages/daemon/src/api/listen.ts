import { chmod, mkdir, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import path from 'node:path';
import { WIDE_SETTINGS, widenWindow } from '@capsule/api/server';
import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';

/**
 * Serves the API on a unix socket that only root can use; the umask of the process protects it
 * until its mode is set. Replaces a socket that a dead process left. Disposal ends open streams.
 */
export async function listen(
  socketPath: string,
  routes: (router: ConnectRouter) => void,
  interceptors: Interceptor[],
): Promise<AsyncDisposable> {
  // Unknown fields are refused, in JSON as in binary.
  const jsonOptions = { ignoreUnknownFields: false };
  const handler = connectNodeAdapter({
    routes,
    interceptors,
    jsonOptions,
    // On a local socket, compression costs both sides more than copying.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
  });
  const server = http2.createServer({ settings: WIDE_SETTINGS }, handler);
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    widenWindow(session);
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o755 });
  await rm(socketPath, { force: true });
  await bind(server, socketPath);
  return {
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const session of sessions) session.destroy();
      await promise;
    },
  };
}

async function bind(server: http2.Http2Server, socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(socketPath, resolve);
  await promise;
  await chmod(socketPath, 0o600);
}
