import type { Server as NetServer, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Edge, EdgeLimits } from '@capsule/api/server';
import type { TlsIdentity } from '../identity/certificate/tls-identity.ts';
import { clientOf } from './access/peer.ts';
import type { ConnectionCount } from './connection-count.ts';

export interface TlsListenerParts {
  readonly port: number;
  readonly identity: Pick<TlsIdentity, 'key' | 'cert'>;
  /** Serves the connections. Disposed of with the listener. */
  readonly edge: Pick<Edge, 'accept' | typeof Symbol.asyncDispose>;
  readonly connections: ConnectionCount;
  readonly limits?: Partial<TlsLimits>;
}

/** Limits of the port, in addition to those of every edge. */
export interface TlsLimits {
  /** Milliseconds from the connection to the end of the handshake. */
  readonly handshakeMs: number;
}

/** Limits of the calls on the port. Clients keep a connection open with pings, also without calls. */
export const NETWORK_LIMITS: Partial<EdgeLimits> = {
  connections: 512,
  idleMs: 120_000,
  headerBytes: 16 * 1024,
  streams: 100,
  messageBytes: 16 * 1024 * 1024,
};

const LIMITS: TlsLimits = { handshakeMs: 5000 };

/** The silence after which the kernel asks whether the client is still there. */
const KEEP_ALIVE_MS = 60_000;

export interface TlsListener extends AsyncDisposable {
  /** The real one, where 0 was asked for. */
  readonly port: number;
}

/**
 * Accepts TLS 1.3 on a port of all addresses of the machine. A connection over a limit is closed before it costs a
 * handshake. Disposal closes all connections.
 */
export async function listenTls(parts: TlsListenerParts): Promise<TlsListener> {
  const { identity, edge, connections } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const server = createServer({
    key: identity.key,
    cert: identity.cert,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: limits.handshakeMs,
    // A session that is taken up again would save little, and its tickets would have to be renewed.
    sessionTimeout: 1,
    allowHalfOpen: true,
    // A client that loses its network sends no end: its calls and transfers would stay open.
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    if (!connections.add(clientOf(socket.remoteAddress ?? ''), socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket) => edge.accept(socket));
  // A failed handshake ends its own connection.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const port = await bind(server, parts.port);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await edge[Symbol.asyncDispose]();
      // Those that have not finished their handshake.
      for (const socket of sockets) socket.destroy();
      await promise;
    },
  };
}

/** A machine without IPv6 has no address `::`. */
async function bind(server: NetServer, port: number): Promise<number> {
  try {
    return await listenAt(server, port, '::');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return listenAt(server, port, '0.0.0.0');
  }
}

async function listenAt(server: NetServer, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port, host }, resolve);
  await promise;
  server.off('error', reject);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
