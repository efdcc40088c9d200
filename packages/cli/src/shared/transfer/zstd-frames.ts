import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { FRAME_BYTES, FrameUnpacker } from '@capsule/api/node';
import type { ByteReader } from './byte-reader.ts';
import { transferError } from './errors.ts';

/** RFC 8878, 3.1.1: what a frame begins with. */
export const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const BLOCK_HEADER_BYTES = 3;
/** RFC 8878, 3.1.1.2.3: of the block type that holds one byte many times. */
const RLE_BLOCK = 1;
/** The limit of a frame that this program writes, also if its data did not compress. */
const SMALL_BYTES = FRAME_BYTES + 64 * 1024;

/**
 * Decodes a file of zstd frames. Frame by frame, since Node's own decoder stops after the first where
 * several lie in one chunk. `onFrame` is called after each whole one. Fails with `TRANSFER_DAMAGED`.
 */
export async function* decompressFrames(
  reader: ByteReader,
  path: string,
  onFrame: () => void = () => undefined,
): AsyncGenerator<Buffer> {
  const unpacker = new FrameUnpacker();
  for (;;) {
    const magic = await reader.peek(ZSTD_MAGIC.length);
    if (magic.length === 0) return;
    if (isSkippable(magic)) {
      await skip(reader, path);
    } else if (magic.equals(ZSTD_MAGIC)) {
      yield* decompressFrame(reader, path, unpacker);
    } else {
      throw transferError.DAMAGED({ path, problem: `no zstd frame at byte ${reader.position}` });
    }
    onFrame();
  }
}

/** A small frame at once, any other as it comes. */
async function* decompressFrame(
  reader: ByteReader,
  path: string,
  unpacker: FrameUnpacker,
): AsyncGenerator<Buffer> {
  const bytes = frameBytes(reader, path);
  const begun: Buffer[] = [];
  let length = 0;
  for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) {
    begun.push(next.value);
    length += next.value.length;
    if (length > SMALL_BYTES) return yield* decompressStream(joined(begun, bytes), path);
  }
  const content = await unpackSmall(Buffer.concat(begun), unpacker, path);
  if (content === undefined) yield* decompressStream(joined(begun), path);
  else if (content.length > 0) yield content;
}

/** Undefined when it holds more than is kept in memory. */
async function unpackSmall(
  frame: Buffer,
  unpacker: FrameUnpacker,
  path: string,
): Promise<Buffer | undefined> {
  try {
    return await unpacker.unpack(frame);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw asDamage(error, path);
  }
}

async function* joined(
  begun: readonly Buffer[],
  rest: AsyncIterable<Buffer> | Iterable<Buffer> = [],
): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}

async function* decompressStream(
  bytes: AsyncIterable<Buffer>,
  path: string,
): AsyncGenerator<Buffer> {
  if (process.versions['zstd'] === undefined) {
    throw transferError.NODE_OLD({ path, version: process.version });
  }
  const decoder = createZstdDecompress();
  const feeding = pipeline(Readable.from(bytes), decoder);
  // The error is reported where the output ends; until then nothing awaits it.
  feeding.catch(() => undefined);
  try {
    for await (const piece of decoder) yield piece as Buffer;
    await feeding;
  } catch (error) {
    throw asDamage(error, path);
  }
}

/** The bytes of one frame: header, blocks, checksum. */
async function* frameBytes(reader: ByteReader, path: string): AsyncGenerator<Buffer> {
  const exactly = async (count: number) => {
    const bytes = await reader.take(count);
    if (bytes.length === count) return bytes;
    throw transferError.DAMAGED({ path, problem: 'it ends in the middle of a frame' });
  };
  const descriptor = (await reader.peek(ZSTD_MAGIC.length + 1))[ZSTD_MAGIC.length] ?? 0;
  yield await exactly(ZSTD_MAGIC.length + headerBytes(descriptor));
  for (;;) {
    const header = await exactly(BLOCK_HEADER_BYTES);
    yield header;
    const word = header.readUIntLE(0, BLOCK_HEADER_BYTES);
    const type = (word >> 1) & 3;
    yield await exactly(type === RLE_BLOCK ? 1 : word >> 3);
    if ((word & 1) === 1) break;
  }
  if ((descriptor & 4) !== 0) yield await exactly(4);
}

/** RFC 8878, 3.1.1.1: descriptor, window, dictionary and content size. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return 1 + (isSingle ? 0 : 1) + dictionary + contentSize;
}

/** RFC 8878, 3.1.2. */
function isSkippable(magic: Buffer): boolean {
  return magic.length === 4 && (magic.readUInt32LE(0) & 0xfffffff0) === 0x184d2a50;
}

async function skip(reader: ByteReader, path: string): Promise<void> {
  const head = await reader.take(8);
  let left = head.length === 8 ? head.readUInt32LE(4) : Number.NaN;
  while (left > 0) {
    const { length } = await reader.take(Math.min(left, 64 * 1024));
    left = length === 0 ? Number.NaN : left - length;
  }
  if (left === 0) return;
  throw transferError.DAMAGED({ path, problem: 'it ends in the middle of a frame' });
}

function asDamage(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code.startsWith('ZSTD_')
    ? transferError.DAMAGED({ path, problem: message }, error)
    : error;
}
