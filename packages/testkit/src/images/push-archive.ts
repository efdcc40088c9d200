import type { CapsuleClient } from '@capsule/api/wire';

const CHUNK_BYTES = 256 * 1024;

/** Makes the images of an archive known to a capsule. */
export async function pushArchive(client: CapsuleClient, archive: Uint8Array): Promise<void> {
  async function* messages() {
    yield { msg: { case: 'metadata' as const, value: { totalBytes: BigInt(archive.length) } } };
    for (let at = 0; at < archive.length; at += CHUNK_BYTES) {
      const value = archive.subarray(at, at + CHUNK_BYTES);
      yield { msg: { case: 'chunk' as const, value } };
    }
  }
  await client.image.push(messages());
}
