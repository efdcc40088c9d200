import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectErrorFrom, IdentityService } from '@capsule/api/wire';
import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { FakeIdentity } from './identity.ts';
import { type Certificate, selfSigned } from './self-signed.ts';

/** A capsule's API on a TLS port of this machine, with keys of its own. */
export interface RemoteFake extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly certificate: Certificate;
  readonly identity: FakeIdentity;
  /** The bytes that clients have sent inside of TLS. */
  readonly received: () => number;
  /** Breaks every connection, as if the process had died. */
  dropConnections(): void;
}

export interface RemoteFakeOptions {
  readonly certificate?: Certificate;
  readonly port?: number;
  readonly identity?: FakeIdentity;
}

/** Calls without a token; every other one needs that of an enrolled key. */
const OPEN_CALLS: readonly string[] = ['Challenge', 'Adopt'];

/** `routes` adds services to the identity service. */
export async function startRemoteCapsule(
  routes: (router: ConnectRouter, identity: FakeIdentity) => void = () => undefined,
  { certificate = selfSigned('capsule'), port = 0, identity: given }: RemoteFakeOptions = {},
): Promise<RemoteFake> {
  const { raw } = new X509Certificate(certificate.cert);
  const fingerprint = createHash('sha256').update(raw).digest('hex');
  const identity = given ?? new FakeIdentity(fingerprint);
  const edge: Interceptor = (next) => async (request) => {
    try {
      if (!OPEN_CALLS.includes(request.method.name)) identity.check(request.header);
      return await next(request);
    } catch (error) {
      throw connectErrorFrom(error);
    }
  };
  const adapter = connectNodeAdapter({
    interceptors: [edge],
    routes: (router) => {
      router.service(IdentityService, identity.service());
      routes(router, identity);
    },
  });
  const server = createSecureServer({ ...certificate, minVersion: 'TLSv1.3' }, adapter);
  const sessions = new Set<ServerHttp2Session>();
  let received = 0;
  server.on('secureConnection', (socket) => {
    socket.once('close', () => {
      received += socket.bytesRead;
    });
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  const dropConnections = () => {
    for (const session of sessions) session.destroy();
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    fingerprint,
    certificate,
    identity,
    received: () => received,
    dropConnections,
    async [Symbol.asyncDispose]() {
      dropConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
