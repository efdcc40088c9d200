import { createGrpcTransport } from '@connectrpc/connect-node';
import { type CapsuleClient, createClients } from '../client/create-clients.ts';
import { parseTarget } from './parse-target.ts';
import { SocketSessions } from './socket-sessions.ts';

export interface ConnectOptions {
  /** Milliseconds for calls that do not say otherwise. Default: no limit, as streams follow. */
  readonly defaultTimeoutMs?: number;
  /**
   * For calls that send much both ways at once. Node reads nothing from a connection while something
   * written to it waits: with full sockets both sides would wait for each other for ever. A window that
   * is smaller than a socket's buffer lets what the capsule sends always find room.
   */
  readonly isTwoWay?: boolean;
}

/**
 * Makes clients for the capsule at `target` (`unix:/path`). Connects with the first call, and again
 * after a connection was lost.
 */
export function connectCapsule(
  target: string,
  { isTwoWay = false, ...options }: ConnectOptions = {},
): CapsuleClient {
  const sessionManager = new SocketSessions(parseTarget(target).socketPath, isTwoWay);
  const transport = createGrpcTransport({ baseUrl: 'http://capsule', sessionManager, ...options });
  return createClients({ target, transport, close: () => sessionManager.abort() });
}
