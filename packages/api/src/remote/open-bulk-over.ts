import type { TLSSocket } from 'node:tls';
import type { BulkStream } from '../client/bulk-stream.ts';
import { apiError } from '../errors.ts';
import { readHead, requestOf } from '../node/bulk/open-bulk.ts';
import { SocketBulkStream } from '../node/bulk/socket-bulk-stream.ts';

interface BulkCall {
  /** For messages. */
  readonly target: string;
  readonly ticket: Uint8Array;
}

/** Presents a ticket over a verified connection. An answer other than 101 is a connection without bytes. */
export async function openBulkOver(
  socket: TLSSocket,
  { target, ticket }: BulkCall,
  signal?: AbortSignal,
): Promise<BulkStream> {
  const leave = () => socket.destroy();
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', leave));
  // The end of the bytes reports a failure, too.
  socket.on('error', () => undefined);
  const pieces = new Pieces(socket);
  socket.write(requestOf(ticket));
  const head = await readHead(pieces);
  signal?.throwIfAborted();
  if (head === undefined) {
    socket.destroy();
    throw apiError.CONNECTION_LOST({ target, reason: 'it ended before the transfer' });
  }
  return new SocketBulkStream(socket, pieces, head.startsWith('HTTP/1.1 101 '));
}

/** The bytes that arrive at a socket, each piece when a caller asks for it. */
class Pieces {
  readonly #input: AsyncIterator<Uint8Array>;
  #first: Uint8Array | undefined;

  constructor(socket: TLSSocket) {
    this.#input = socket[Symbol.asyncIterator]();
  }

  /** Undefined at the end, and after a failure. */
  async next(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return first;
    const { value, done } = await this.#input.next().catch(() => END);
    return done === true ? undefined : value;
  }

  putBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#first = rest;
  }
}

const END = { value: undefined, done: true } as const;
