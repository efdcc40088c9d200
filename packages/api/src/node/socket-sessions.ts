import type { Http2Session } from 'node:http2';
import { connect } from 'node:net';
import { Http2SessionManager } from '@connectrpc/connect-node';
import { WIDE_SETTINGS, widenWindow } from '../http2/widen-window.ts';

/** HTTP/2 sessions over a unix socket, one at a time: opened on demand, and again after a loss. */
export class SocketSessions extends Http2SessionManager {
  readonly #widened = new WeakSet<Http2Session>();

  readonly #isNarrow: boolean;

  /** `isNarrow` keeps HTTP/2's own small windows: see `ConnectOptions.isTwoWay`. */
  constructor(socketPath: string, isNarrow: boolean) {
    // No ping interval: a late ping (a stopped process, a busy machine) would kill streams.
    super('http://capsule', undefined, {
      createConnection: () => connect(socketPath),
      ...(isNarrow ? {} : { settings: WIDE_SETTINGS }),
    });
    this.#isNarrow = isNarrow;
  }

  override async request(...args: Parameters<Http2SessionManager['request']>) {
    const stream = await super.request(...args);
    const { session } = stream;
    if (!this.#isNarrow && session !== undefined && !this.#widened.has(session)) {
      this.#widened.add(session);
      widenWindow(session);
    }
    return stream;
  }
}
