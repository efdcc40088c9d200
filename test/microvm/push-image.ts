import type { CapsuleClient } from '@capsule/api';
import { busyboxImage } from '@capsule/testkit/busybox-image';
import { dockerArchive } from '@capsule/testkit/test-image';

const CHUNK_BYTES = 256 * 1024;

/** Makes a busybox image known to the capsule that runs this script. */
export async function pushImage(
  { client, busybox }: { readonly client: CapsuleClient; readonly busybox: string },
  reference: string,
  script: string,
): Promise<void> {
  const config = { Cmd: ['/bin/sh', '-c', script], Env: ['PATH=/bin'] };
  const archive = dockerArchive(await busyboxImage(config, busybox), [reference]);
  async function* messages() {
    yield { msg: { case: 'metadata' as const, value: { totalBytes: BigInt(archive.length) } } };
    for (let at = 0; at < archive.length; at += CHUNK_BYTES) {
      const value = archive.subarray(at, at + CHUNK_BYTES);
      yield { msg: { case: 'chunk' as const, value } };
    }
  }
  await client.image.push(messages());
}
