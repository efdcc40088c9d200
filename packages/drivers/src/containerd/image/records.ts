import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import type { Image, ImageSchema } from '../gen/containerd/services/images_pb.ts';
import type { ImageContext } from './context.ts';

/** Records with this prefix exist only during a load, and are not listed as images. */
export const STAGING_PREFIX = 'capsule-load-';

export async function getRecord(
  { client }: ImageContext,
  name: string,
  signal?: AbortSignal,
): Promise<Image | undefined> {
  const answer = await ignoring(Code.NotFound, client.images.get({ name }, callOptions(signal)));
  return answer?.image;
}

/** Creates the record or moves it to another target; returns the time of its last change. */
export async function saveRecord(
  { client }: ImageContext,
  image: MessageInitShape<typeof ImageSchema>,
  signal?: AbortSignal,
): Promise<number> {
  const made = await ignoring(
    Code.AlreadyExists,
    client.images.create({ image }, callOptions(signal)),
  );
  const saved = made ?? (await client.images.update({ image }, callOptions(signal)));
  return updatedAt(saved.image?.updatedAt);
}

/** Without a signal, because callers clean up with it. */
export async function deleteRecord({ client }: ImageContext, name: string): Promise<void> {
  await ignoring(Code.NotFound, client.images.delete({ name }));
}

/** Removes the records that a killed client left from its loads. Idempotent. */
export async function removeLeftRecords(
  client: ContainerdClient,
  signal?: AbortSignal,
): Promise<void> {
  const { images } = await client.images.list({}, callOptions(signal));
  const left = images.filter(
    ({ name }) =>
      name.startsWith(STAGING_PREFIX) && !name.startsWith(`${STAGING_PREFIX}${client.mark}-`),
  );
  for (const { name } of left) {
    await ignoring(Code.NotFound, client.images.delete({ name }, callOptions(signal)));
  }
}

export function updatedAt(time: Timestamp | undefined): number {
  return time === undefined ? 0 : timestampMs(time);
}
