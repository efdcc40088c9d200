import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { BulkStream } from '../../client/bulk-stream.ts';
import type { Arrivals } from './arrivals.ts';

/** The bytes of a transfer over a socket. */
export class SocketBulkStream implements BulkStream {
  readonly #socket: Socket;
  readonly #arrivals: Pick<Arrivals, 'next'>;
  readonly #isAdmitted: boolean;

  /** `isAdmitted`: whether the capsule takes part. */
  constructor(socket: Socket, arrivals: Pick<Arrivals, 'next'>, isAdmitted: boolean) {
    this.#socket = socket;
    this.#arrivals = arrivals;
    this.#isAdmitted = isAdmitted;
  }

  async send(pieces: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0;
    if (!this.#isAdmitted) return bytes;
    // While a piece is written, the next one is read.
    let writing: Promise<boolean> = Promise.resolve(true);
    for await (const piece of pieces) {
      if (!(await writing)) return bytes;
      bytes += piece.length;
      writing = this.#write(piece);
    }
    if (!(await writing)) return bytes;
    this.#socket.end();
    // The capsule has a copy of nothing that is still here.
    if (!this.#socket.writableFinished && !this.#socket.destroyed) {
      await Promise.race([once(this.#socket, 'finish'), once(this.#socket, 'close')]);
    }
    return bytes;
  }

  async *receive(): AsyncGenerator<Uint8Array> {
    if (!this.#isAdmitted) return;
    for (;;) {
      const piece = await this.#arrivals.next();
      if (piece === undefined) return;
      yield piece;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Resolves when the piece is with the system; to false where the capsule has ended the connection. */
  #write(piece: Uint8Array): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (this.#socket.destroyed) resolve(false);
    else this.#socket.write(piece, (error) => resolve(error === undefined || error === null));
    return promise;
  }
}
