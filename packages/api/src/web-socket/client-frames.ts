import { BrokenConnection } from '../http1/broken-connection.ts';
import type { ByteSource } from '../http1/byte-source.ts';
import { PIECE_BYTES } from '../two-way/two-way-call.ts';

/** Operations of RFC 6455, 5.2. */
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface Frame {
  readonly operation: number;
  readonly data: Uint8Array;
}

const FINAL = 0x80;
const MASKED = 0x80;
/** In the place of a length: 16 or 64 bits with the length follow. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * The head of a frame of a client. Its mask is zero, which leaves the data as they are: masks keep pages in browsers from
 * writing chosen bytes to proxies, and there is none on a unix socket or inside of TLS.
 */
export function frameHead(operation: number, length: number): Uint8Array {
  const size = length < LENGTH_16 ? 0 : length < 0x10000 ? 2 : 8;
  const head = new Uint8Array(2 + size + 4);
  const view = new DataView(head.buffer);
  head[0] = FINAL | operation;
  head[1] = MASKED | (size === 0 ? length : size === 2 ? LENGTH_16 : LENGTH_64);
  if (size === 2) view.setUint16(2, length);
  if (size === 8) view.setBigUint64(2, BigInt(length));
  return head;
}

/** The next frame of a server; undefined at the end. Servers of Capsule neither mask nor fragment. */
export async function readFrame(source: ByteSource): Promise<Frame | undefined> {
  const head = await source.block(2);
  if (head === undefined) return undefined;
  const [first = 0, second = 0] = head;
  if ((first & 0xf0) !== FINAL || (second & MASKED) !== 0) throw damaged();
  const length = await readLength(source, second);
  if (length > PIECE_BYTES) throw damaged();
  const data = await source.block(length);
  return data === undefined ? undefined : { operation: first & 0x0f, data };
}

async function readLength(source: ByteSource, short: number): Promise<number> {
  if (short < LENGTH_16) return short;
  const bytes = await source.block(short === LENGTH_16 ? 2 : 8);
  if (bytes === undefined) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return short === LENGTH_16 ? view.getUint16(0) : Number(view.getBigUint64(0));
}

function damaged(): BrokenConnection {
  return new BrokenConnection('the answer is damaged');
}
