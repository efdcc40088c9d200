import { isTarHead } from '../tar/is-tar-head.ts';
import { BLOCK_BYTES } from '../tar/tar-entry.ts';
import { ByteReader } from './byte-reader.ts';
import { transferError } from './errors.ts';

/** The capsule takes these packed. */
const COMPRESSED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/**
 * The same bytes, once their beginning is that of a tar archive, as it is or compressed with gzip or zstd.
 * Fails with `TRANSFER_NO_IMAGE_ARCHIVE` before anything is sent.
 */
export async function requireImageArchive(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const reader = new ByteReader(chunks);
  const head = await reader.peek(BLOCK_BYTES);
  const isCompressed = COMPRESSED.some((magic) => head.subarray(0, magic.length).equals(magic));
  if (isCompressed || isTarHead(head)) return reader.remaining();
  await reader.close();
  const problem = head.length === 0 ? 'it is empty' : 'it does not begin with a tar header';
  throw transferError.NO_IMAGE_ARCHIVE({ path, problem });
}
