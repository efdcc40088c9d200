import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isTarHead } from '../tar/is-tar-head.ts';
import { ByteReader } from './byte-reader.ts';
import { transferError } from './errors.ts';
import { decompressFrames, ZSTD_MAGIC } from './zstd-frames.ts';

export type ArchiveFormat = 'image' | 'tar';

export interface ArchiveContent {
  readonly format: ArchiveFormat;
  /** Before compression. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** ext4(5): the superblock begins at 1024, and its magic number is 56 bytes into it. */
const EXT4 = { at: 1024 + 56, magic: Buffer.from([0x53, 0xef]) };
/** The default record of tar, the size of an empty archive. No ext4 is as small. */
const RECORD_BYTES = 20 * 512;

/**
 * Detects the format of a file by its bytes, not by its name. Fails with `TRANSFER_UNKNOWN_FORMAT` and
 * `TRANSFER_DAMAGED`.
 */
export async function readArchive(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<ArchiveContent> {
  const content = new ByteReader(unpacked(new ByteReader(chunks), path));
  const head = await content.peek(RECORD_BYTES + 1);
  const isExt4 = head.subarray(EXT4.at, EXT4.at + EXT4.magic.length).equals(EXT4.magic);
  const isTar = isTarHead(head) || isEmptyTar(head);
  const format = isExt4 ? 'image' : isTar ? 'tar' : undefined;
  if (format !== undefined) return { format, pieces: content.remaining() };
  await content.close();
  throw transferError.UNKNOWN_FORMAT({ path });
}

/** Two blocks of zeros are the end of an archive; more of them than a record are a disk that was erased. */
function isEmptyTar(whole: Buffer): boolean {
  const isRecord = whole.length >= 2 * 512 && whole.length <= RECORD_BYTES;
  return isRecord && whole.length % 512 === 0 && whole.every((byte) => byte === 0);
}

/** Ends the stream that it reads, also when it is left itself. */
async function* unpacked(reader: ByteReader, path: string): AsyncGenerator<Buffer> {
  try {
    const magic = await reader.peek(ZSTD_MAGIC.length);
    const isGzip = magic.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
    if (magic.equals(ZSTD_MAGIC)) yield* decompressFrames(reader, path);
    else if (isGzip) yield* gunzipped(reader, path);
    else yield* reader.remaining();
  } finally {
    await reader.close();
  }
}

async function* gunzipped(reader: ByteReader, path: string): AsyncGenerator<Buffer> {
  const decoder = createGunzip();
  const feeding = pipeline(reader.remaining(), decoder);
  // The error is reported where the output ends; until then nothing awaits it.
  feeding.catch(() => undefined);
  try {
    for await (const piece of decoder) yield piece as Buffer;
    await feeding;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_')) throw transferError.DAMAGED({ path, problem: message }, error);
    throw error;
  }
}
