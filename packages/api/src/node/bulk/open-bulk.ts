import { connect } from 'node:net';
import { connectionFault } from '../../calls/call-fault.ts';
import type { BulkStream } from '../../client/bulk-stream.ts';
import { apiError } from '../../errors.ts';
import { Arrivals } from './arrivals.ts';
import { SocketBulkStream } from './socket-bulk-stream.ts';

/** As much as a unix socket holds for its reader, and somewhat more. */
const BUFFER_BYTES = 512 * 1024;
const HEAD_BYTES_MOST = 16 * 1024;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

export interface BulkPlace {
  /** For messages. */
  readonly target: string;
  readonly socketPath: string;
}

/** Opens a bulk connection over a unix socket. An answer other than 101 is a connection without bytes. */
export async function openBulk(
  { target, socketPath }: BulkPlace,
  ticket: Uint8Array,
  signal?: AbortSignal,
): Promise<BulkStream> {
  signal?.throwIfAborted();
  const arrivals = new Arrivals(BUFFER_BYTES);
  const socket = connect({ path: socketPath, onread: arrivals.onread, allowHalfOpen: true });
  let failure: unknown;
  socket.on('error', (error) => {
    failure = error;
  });
  arrivals.follow(socket);
  const leave = () => socket.destroy();
  signal?.addEventListener('abort', leave, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', leave));
  socket.write(requestOf(ticket));
  const head = await readHead(arrivals);
  signal?.throwIfAborted();
  if (head === undefined) {
    socket.destroy();
    if (failure !== undefined) throw connectionFault(failure, { target, call: 'bulk' });
    throw apiError.CONNECTION_LOST({ target, reason: 'it ended before the transfer' });
  }
  return new SocketBulkStream(socket, arrivals, head.startsWith('HTTP/1.1 101 '));
}

/** The head of the request that presents a ticket. */
export function requestOf(ticket: Uint8Array): string {
  const lines = [
    'GET /capsule.v1/bulk HTTP/1.1',
    'Host: capsule',
    'Connection: Upgrade',
    'Upgrade: capsule-bulk',
    `Capsule-Ticket: ${Buffer.from(ticket).toString('hex')}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Reads the head of the answer. Undefined where the connection ends before, or the head has no end. */
export async function readHead(
  arrivals: Pick<Arrivals, 'next' | 'putBack'>,
): Promise<string | undefined> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES_MOST) {
    const piece = await arrivals.next();
    if (piece === undefined) return undefined;
    head = Buffer.concat([head, piece]);
    const end = head.indexOf(END_OF_HEAD);
    if (end < 0) continue;
    arrivals.putBack(head.subarray(end + END_OF_HEAD.length));
    return head.toString('latin1', 0, end);
  }
  return undefined;
}
