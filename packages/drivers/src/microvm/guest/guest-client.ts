import type { Socket } from 'node:net';
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { GuestAgent } from '../gen/capsule/guest/v1/guest_pb.ts';
import { connectVsock } from './connect-vsock.ts';

export type GuestCalls = Client<typeof GuestAgent>;

const AUTHORITY = 'http://guest';
const PORT = 52;
const CALL_TIMEOUT_MS = 30_000;
/** A guest is not trusted, and none of its messages needs to be larger. */
const MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const NEVER_MS = 2 ** 31 - 1;

export interface GuestAddress {
  /** The VMM's socket for the guest's ports. */
  readonly vsock: string;
  readonly token: string;
}

/** One connection to a guest's agent, for as long as it lasts. */
interface Link {
  readonly calls: GuestCalls;
  readonly socket: Socket;
  readonly session: Http2SessionManager;
}

/** Calls a guest's agent; opens a new connection after the last one was lost. */
export class GuestClient implements Disposable {
  readonly #address: GuestAddress;
  #link: Promise<Link> | undefined;

  constructor(address: GuestAddress) {
    this.#address = address;
  }

  /** Fails with `MICROVM_NO_VSOCK`. */
  async calls(): Promise<GuestCalls> {
    this.#link ??= this.#open();
    return (await this.#link).calls;
  }

  [Symbol.dispose](): void {
    void this.#link?.then(({ session, socket }) => {
      session.abort();
      socket.destroy();
    }, ignore);
    this.#link = undefined;
  }

  async #open(): Promise<Link> {
    try {
      const socket = await connectVsock(this.#address.vsock, PORT);
      const link = openLink(socket, this.#address.token);
      socket.once('close', () => {
        this.#link = undefined;
      });
      return link;
    } catch (error) {
      this.#link = undefined;
      throw error;
    }
  }
}

function openLink(socket: Socket, token: string): Link {
  const session = new Http2SessionManager(
    AUTHORITY,
    { idleConnectionTimeoutMs: NEVER_MS },
    { createConnection: () => socket, settings: { initialWindowSize: WINDOW_BYTES } },
  );
  const transport = createGrpcTransport({
    baseUrl: AUTHORITY,
    sessionManager: session,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    readMaxBytes: MESSAGE_LIMIT_BYTES,
    interceptors: [withToken(token)],
  });
  return { calls: createClient(GuestAgent, transport), socket, session };
}

function withToken(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
}

/** A link that failed to open needs no close. */
function ignore(): void {}
