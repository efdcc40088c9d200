import type { CapsuleClient } from '@capsule/api/wire';
import { busyboxImage, ORDINARY_USER } from '@capsule/testkit/busybox-image';
import { pushArchive } from '@capsule/testkit/push-archive';
import { dockerArchive } from '@capsule/testkit/test-image';

/** Pushes a busybox image to the capsule that runs this script. */
export async function pushImage(
  { client, busybox }: { readonly client: CapsuleClient; readonly busybox: string },
  reference: string,
  script: string,
): Promise<void> {
  const config = { User: ORDINARY_USER, Cmd: ['/bin/sh', '-c', script], Env: ['PATH=/bin'] };
  await pushArchive(client, dockerArchive(await busyboxImage(config, busybox), [reference]));
}
