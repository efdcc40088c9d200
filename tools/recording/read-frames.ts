import { gunzipSync } from 'node:zlib';
import type { Kept } from './row.ts';

const HEAD_BYTES = 5;
const COMPRESSED = 1;

/** The messages of a gRPC stream; one that is cut off, there or in the recording, is left out. */
export function readFrames({ base64 }: Kept): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let rest = Buffer.from(base64, 'base64');
  while (rest.length >= HEAD_BYTES) {
    const end = HEAD_BYTES + rest.readUInt32BE(1);
    if (rest.length < end) break;
    const body = rest.subarray(HEAD_BYTES, end);
    messages.push(rest[0] === COMPRESSED ? gunzipSync(body) : body);
    rest = rest.subarray(end);
  }
  return messages;
}
