import { createGrpcTransport } from '@connectrpc/connect-node';
import { type CapsuleClient, createClients } from '../client/create-clients.ts';
import { openBulk } from './bulk/open-bulk.ts';
import { parseTarget } from './parse-target.ts';
import { SocketSessions } from './socket-sessions.ts';

export interface ConnectOptions {
  /** Milliseconds for calls without their own timeout. Default: no limit, because streams follow. */
  readonly defaultTimeoutMs?: number;
  /**
   * For calls that send much in both directions at once. Node does not read from a connection while data
   * written to it waits: with full sockets both sides would wait for each other forever. With a window smaller
   * than a socket's buffer, there is always room for the capsule's data.
   */
  readonly isTwoWay?: boolean;
}

/**
 * Makes clients for the capsule at `target` (`unix:/path`). Connects with the first call, and reconnects
 * after a connection was lost.
 */
export function connectCapsule(
  target: string,
  { isTwoWay = false, ...options }: ConnectOptions = {},
): CapsuleClient {
  const { socketPath } = parseTarget(target);
  const sessionManager = new SocketSessions(socketPath, isTwoWay);
  const transport = createGrpcTransport({ baseUrl: 'http://capsule', sessionManager, ...options });
  return createClients({
    target,
    transport,
    openBulk: (ticket, signal) => openBulk({ target, socketPath }, ticket, signal),
    close: () => sessionManager.abort(),
  });
}
