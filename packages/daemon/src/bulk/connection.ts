import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Lend } from '@capsule/core';
import { bulkError } from './errors.ts';
import type { ByteConnection } from './transfers.ts';

const SWITCHED = [
  'HTTP/1.1 101 Switching Protocols',
  'Connection: Upgrade',
  'Upgrade: capsule-bulk',
].join('\r\n');

/**
 * The connection of a transfer. The client is silent until it gets the answer to its request, which is sent when
 * the work is ready for its bytes, or with the first bytes that the work sends.
 */
export class BulkConnection implements ByteConnection {
  readonly #socket: Duplex;
  readonly lend: Lend | undefined;
  #isAnswered = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
    const isPlain = socket instanceof Socket && !(socket instanceof TLSSocket);
    this.lend = isPlain ? (way, start) => this.#lend(socket, way, start) : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#answer();
    for await (const chunk of this.#socket) yield chunk as Buffer;
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#answer();
    const { promise, resolve } = Promise.withResolvers<Error | null | undefined>();
    if (this.#socket.write(bytes, resolve)) return;
    const failure = await promise;
    if (failure) throw bulkError.LOST({}, failure);
  }

  /** Ends the connection: a client that was not answered sees that it is refused. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    if (!this.#isAnswered) this.#socket.write(refusal('409 Conflict'));
    const ended = once(this.#socket, 'close');
    this.#socket.end(() => this.#socket.destroy());
    await ended;
  }

  /**
   * Spawning a program with a socket stops the reading here. The answer follows, so the program gets the first byte
   * after it. The answer comes before all that the program itself sends.
   */
  async #lend<T>(socket: Socket, way: 'in' | 'out', start: (end: unknown) => T): Promise<T> {
    if (way === 'out') await this.#answered();
    if (socket.destroyed) throw bulkError.LOST({});
    const started = start(socket);
    if (way === 'in') await this.#answered();
    // Closes the descriptor of this process alone.
    socket.destroy();
    return started;
  }

  #answer(): void {
    if (!this.#isAnswered) this.#socket.write(`${SWITCHED}\r\n\r\n`);
    this.#isAnswered = true;
  }

  async #answered(): Promise<void> {
    this.#isAnswered = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A client that is gone shows in the work.
    this.#socket.write(`${SWITCHED}\r\n\r\n`, () => resolve());
    await promise;
  }
}

/** Answers a request that is not upgraded. */
export function refusal(status: string): string {
  return `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
