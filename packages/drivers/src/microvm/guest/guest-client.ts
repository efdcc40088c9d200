import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { GuestAgent } from '../gen/capsule/guest/v1/guest_pb.ts';
import { VsockStream } from './vsock-stream.ts';

export type GuestCalls = Client<typeof GuestAgent>;

const AUTHORITY = 'http://guest';
const PORT = 52;
const CALL_TIMEOUT_MS = 30_000;
/** A guest is not trusted: no message of its has a reason to be larger. */
const MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const NEVER_MS = 2 ** 31 - 1;

export interface GuestAddress {
  /** The VMM's socket for the guest's ports. */
  readonly vsock: string;
  readonly token: string;
}

/** One connection to a guest's agent; made with the first call, and anew when it was lost. */
export class GuestClient implements Disposable {
  readonly calls: GuestCalls;
  readonly #session: Http2SessionManager;

  constructor({ vsock, token }: GuestAddress) {
    this.#session = new Http2SessionManager(
      AUTHORITY,
      { idleConnectionTimeoutMs: NEVER_MS },
      {
        createConnection: () => new VsockStream(vsock, PORT),
        settings: { initialWindowSize: WINDOW_BYTES },
      },
    );
    const transport = createGrpcTransport({
      baseUrl: AUTHORITY,
      sessionManager: this.#session,
      defaultTimeoutMs: CALL_TIMEOUT_MS,
      readMaxBytes: MESSAGE_LIMIT_BYTES,
      interceptors: [withToken(token)],
    });
    this.calls = createClient(GuestAgent, transport);
  }

  [Symbol.dispose](): void {
    this.#session.abort();
  }
}

function withToken(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
}
