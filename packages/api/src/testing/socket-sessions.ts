import { connect } from 'node:net';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { type CapsuleClient, createClients } from '../client/create-clients.ts';
import { WIDE_SETTINGS } from '../http2/widen-window.ts';

/** HTTP/2 sessions over a unix socket, one at a time: opened on demand, and again after a loss. */
export class SocketSessions extends Http2SessionManager {
  constructor(socketPath: string) {
    // No ping interval: a late ping (a stopped process, a busy machine) would kill streams.
    super('http://capsule', undefined, {
      createConnection: () => connect(socketPath),
      settings: WIDE_SETTINGS,
    });
  }
}

/** Clients that speak gRPC, as foreign ones do. */
export function connectByGrpc(socketPath: string): CapsuleClient {
  const sessionManager = new SocketSessions(socketPath);
  const transport = createGrpcTransport({ baseUrl: 'http://capsule', sessionManager });
  const close = () => sessionManager.abort();
  return createClients({ target: `unix:${socketPath}`, transport, close });
}
