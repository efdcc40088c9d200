import type { OnReadOpts } from 'node:net';

/**
 * The bytes that arrive at a socket, in one buffer that is used again and again: a new one for each piece would
 * cost as much as the copying. The socket is read only while a caller waits for a piece.
 */
export class Arrivals {
  readonly onread: OnReadOpts;
  #resume: () => void = () => undefined;
  #piece: Uint8Array | undefined;
  #isOver = false;
  #change = Promise.withResolvers<void>();

  constructor(bufferBytes: number) {
    this.onread = {
      buffer: Buffer.allocUnsafe(bufferBytes),
      callback: (count, buffer) => {
        this.#piece = buffer.subarray(0, count);
        this.#change.resolve();
        return false;
      },
    };
  }

  /** Of a socket that was opened with `onread`. */
  follow(socket: {
    resume(): unknown;
    once(event: 'end' | 'close', listener: () => void): unknown;
  }): void {
    this.#resume = () => void socket.resume();
    const end = () => {
      this.#isOver = true;
      this.#change.resolve();
    };
    socket.once('end', end);
    socket.once('close', end);
  }

  /** The next bytes, good until the next call; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#piece === undefined && !this.#isOver) {
      this.#change = Promise.withResolvers();
      this.#resume();
      await this.#change.promise;
    }
    const piece = this.#piece;
    this.#piece = undefined;
    return piece;
  }

  /** Puts bytes back that come before all others. */
  putBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#piece = rest;
  }
}
