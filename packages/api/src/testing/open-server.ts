import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';

/** A gRPC server on a unix socket of its own, for the length of a test. */
export interface TestServer {
  readonly socketPath: string;
  /** The target for a client. */
  readonly target: string;
  /** Breaks every connection, as if the process had died. */
  dropConnections(): void;
}

export async function openServer(
  t: TestContext,
  routes: (router: ConnectRouter) => void,
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-api-'));
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer(connectNodeAdapter({ routes }));
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  const dropConnections = () => {
    for (const session of sessions) session.destroy();
  };
  t.after(async () => {
    dropConnections();
    const closed = once(server, 'close');
    server.close();
    await closed;
    await rm(folder, { recursive: true });
  });
  const socketPath = join(folder, 'api.sock');
  server.listen(socketPath);
  await once(server, 'listening');
  return { socketPath, target: `unix:${socketPath}`, dropConnections };
}
