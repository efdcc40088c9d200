import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { endSilence } from '../http2/end-silence.ts';
import { WIDE_SETTINGS, widenWindow } from '../http2/widen-window.ts';

const AUTHORITY = 'https://capsule';

/**
 * HTTP/2 over verified connections, one at a time: opened with the first call, and again after a loss. HTTP/2
 * begins only when `open` has answered, so that nothing is sent to a machine that is not the capsule.
 */
export class TlsSessions {
  readonly authority = AUTHORITY;
  readonly #open: () => Promise<TLSSocket>;
  readonly #isNarrow: boolean;
  #session: Promise<ClientHttp2Session> | undefined;

  constructor(open: () => Promise<TLSSocket>, isNarrow: boolean) {
    this.#open = open;
    this.#isNarrow = isNarrow;
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Omit<ClientSessionRequestOptions, 'signal'>,
  ): Promise<ClientHttp2Stream> {
    const session = await this.#ready();
    return session.request({ ...headers, ':method': method, ':path': path }, options);
  }

  /** Part of the library's interface. `endSilence` finds dead connections. */
  notifyResponseByteRead(): void {}

  /** Ends the connection and every open call. Idempotent. */
  close(): void {
    const session = this.#session;
    this.#session = undefined;
    void session?.then(
      (open) => open.destroy(),
      () => undefined,
    );
  }

  async #ready(): Promise<ClientHttp2Session> {
    const known = this.#session;
    const session = await known;
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    if (this.#session === known) {
      const fresh = this.#start();
      this.#session = fresh;
      fresh.catch(() => this.#forget(fresh));
    }
    return this.#ready();
  }

  async #start(): Promise<ClientHttp2Session> {
    const socket = await this.#open();
    const session = connect(AUTHORITY, {
      createConnection: () => socket,
      ...(this.#isNarrow ? {} : { settings: WIDE_SETTINGS }),
    });
    // Calls fail by themselves; without a listener the process would end.
    session.on('error', () => session.destroy());
    session.on('goaway', () => session.close());
    endSilence(session);
    if (!this.#isNarrow) session.once('connect', () => widenWindow(session));
    return session;
  }

  #forget(session: Promise<ClientHttp2Session>): void {
    if (this.#session === session) this.#session = undefined;
  }
}
