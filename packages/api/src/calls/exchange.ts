import { BrokenConnection } from '../http1/broken-connection.ts';
import type { NextBytes } from '../http1/byte-source.ts';
import type { Line } from '../http1/line.ts';
import { readBody } from '../http1/read-body.ts';
import { type Head, readHead } from '../http1/read-head.ts';
import { requestHead } from '../http1/request-head.ts';
import { type Call, pathOf } from './call.ts';

export interface Posted {
  /** The media type. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** Sends the only request of a call, and returns the head and the body of its answer. */
export async function exchange(
  { socket, source }: Line,
  { method, headers }: Call,
  { type, body }: Posted,
): Promise<{ readonly head: Head; readonly bytes: NextBytes }> {
  const own = { 'content-type': type, 'content-length': String(body.length) };
  const text = requestHead('POST', pathOf(method), { ...headers, ...own });
  // One write: two would be two packets, and two wake-ups of capsuled.
  socket.write(Buffer.concat([Buffer.from(text, 'latin1'), body]));
  const head = await readHead(source);
  if (head === undefined) throw new BrokenConnection('the answer is not HTTP/1.1');
  return { head, bytes: readBody(source, head) };
}

/** A whole body. Grows with it: callers know that it is bounded. */
export async function readAll(next: NextBytes): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
