import type { Image } from '@capsule/core';
import { isCapsuleError } from '@capsule/core';
import { callOptions } from '../client/call-options.ts';
import type { Image as ImageRecord } from '../gen/containerd/services/images_pb.ts';
import type { ImageContext } from './context.ts';
import { isOfImage } from './image-failure.ts';
import { getRecord, STAGING_PREFIX, updatedAt } from './records.ts';

/** Lists the images that can run on this machine, by name. */
export async function listImages(
  context: ImageContext,
  signal?: AbortSignal,
): Promise<readonly Image[]> {
  const { images } = await context.client.images.list({}, callOptions(signal));
  const records = images.filter(({ name }) => !name.startsWith(STAGING_PREFIX));
  const described = await Promise.all(records.map((record) => describe(context, record, signal)));
  return described
    .filter((image) => image !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function getImage(
  context: ImageContext,
  reference: string,
  signal?: AbortSignal,
): Promise<Image | undefined> {
  const record = await getRecord(context, reference, signal);
  return record && describe(context, record, signal);
}

/**
 * A record whose content is missing, or for another processor, is left out. A record whose content cannot be
 * read is listed without a size, so the others are still listed and it can be removed.
 */
async function describe(
  context: ImageContext,
  record: ImageRecord,
  signal?: AbortSignal,
): Promise<Image | undefined> {
  const digest = record.target?.digest ?? '';
  const known = { name: record.name, digest, updatedAt: updatedAt(record.updatedAt) };
  try {
    const { sizeBytes } = await context.reader.read(record.name, digest, signal);
    return { ...known, sizeBytes };
  } catch (error) {
    if (!isOfImage(error)) throw error;
    return isCapsuleError(error) ? undefined : { ...known, sizeBytes: 0 };
  }
}
