import { BrokenConnection } from '../http1/broken-connection.ts';
import type { ByteSource } from '../http1/byte-source.ts';

/** A message of a stream of Connect. */
export interface Envelope {
  /** The last one of an answer: a JSON text with its error and its trailers. */
  readonly isEnd: boolean;
  readonly data: Uint8Array;
}

const HEAD_BYTES = 5;
const COMPRESSED = 1;
const END = 2;

/** The bytes of one message. */
export function toEnvelope(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  new DataView(bytes.buffer).setUint32(1, data.length);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** The next message; undefined at the end of the body. */
export async function readEnvelope(source: ByteSource): Promise<Envelope | undefined> {
  const head = await source.block(HEAD_BYTES);
  if (head === undefined) return undefined;
  const flags = head[0] ?? 0;
  // Compression was not asked for.
  if ((flags & COMPRESSED) !== 0) throw new BrokenConnection('a message is compressed');
  const length = new DataView(head.buffer, head.byteOffset).getUint32(1);
  const data = await source.block(length);
  if (data === undefined) throw new BrokenConnection('a message was cut off');
  return { isEnd: (flags & END) !== 0, data };
}
