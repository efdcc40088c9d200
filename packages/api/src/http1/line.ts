import type { Duplex } from 'node:stream';
import { ByteSource } from './byte-source.ts';
import { socketBytes } from './socket-bytes.ts';

export interface LineLimits {
  readonly signal?: AbortSignal | undefined;
  /** 0 for none. */
  readonly timeoutMs?: number | undefined;
}

/** The connection of one call. Its disposal, the signal of the call, or the end of its time, ends it. */
export class Line implements Disposable {
  readonly socket: Duplex;
  readonly source: ByteSource;
  readonly #gone = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #isLate = false;
  #failure: { readonly error: unknown } | undefined;
  #broken: unknown;

  constructor(socket: Duplex, { signal, timeoutMs = 0 }: LineLimits) {
    this.socket = socket;
    this.source = new ByteSource(socketBytes(socket));
    this.#signal = signal;
    socket.once('close', () => this.#gone.abort());
    if (signal?.aborted) socket.destroy();
    signal?.addEventListener('abort', this.#end);
    if (timeoutMs > 0) {
      this.#timer = setTimeout(() => {
        this.#isLate = true;
        socket.destroy();
      }, timeoutMs);
    }
  }

  /** Aborts when the connection ends. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whether its time ended it. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** The failure that ended it: not one of the connection. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** The reason why the other side's answer ended it; undefined for none. */
  get broken(): unknown {
    return this.#broken;
  }

  /** Ends it because of an answer. */
  breakOff(reason: unknown): void {
    this.#broken = reason;
    this.socket.destroy();
  }

  /** Ends it for a failure of this side, unless it has ended before. */
  fail(error: unknown): void {
    if (this.socket.destroyed) return;
    this.#failure = { error };
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#end);
    this.socket.destroy();
  }

  readonly #end = () => {
    this.socket.destroy();
  };
}
