import { randomUUID } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { ByteSource, Image, LoadRules } from '@capsule/core';
import { emptyFolder } from '@capsule/host';
import { asRecord } from '../../oci/image-config.ts';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import { expiryLabels, type LeaseHeaders, withLease } from '../client/lease.ts';
import { pack } from '../client/pack.ts';
import { imageError } from '../errors.ts';
import { ImageImportStreamSchema } from '../gen/containerd/types/transfer/importexport_pb.ts';
import { givenName, namedImages } from './archive-names.ts';
import type { ImageContext } from './context.ts';
import { describeDestination } from './describe-destination.ts';
import { type Descriptor, readDescriptors } from './descriptor.ts';
import { ingestBlob } from './ingest-blob.ts';
import { describeLoadError } from './load-error.ts';
import { deleteRecord, getRecord, STAGING_PREFIX, saveRecord } from './records.ts';
import { sendArchive } from './send-archive.ts';
import { type SiftedBlob, siftArchive } from './sift-archive.ts';

/**
 * Streams an archive into containerd, which stores and unpacks it, and names the images that it held.
 * containerd first records the archive's index under a staging name: its own naming would drop short names.
 */
export async function loadArchive(
  context: ImageContext,
  { archive, name, count = () => undefined }: ArchiveToLoad,
  signal?: AbortSignal,
): Promise<readonly Image[]> {
  return withLease(context.client, async (headers) => {
    const staging = `${STAGING_PREFIX}${context.client.mark}-${randomUUID()}`;
    try {
      await transferArchive(context, { archive, staging, headers, count }, signal);
      return await nameImages(context, { staging, name }, signal);
    } finally {
      await deleteRecord(context, staging);
    }
  });
}

export interface ArchiveToLoad extends LoadRules {
  readonly archive: ByteSource;
}

interface ArchiveTransfer {
  readonly archive: ByteSource;
  readonly staging: string;
  readonly headers: LeaseHeaders;
  readonly count: (bytes: number) => void;
}

async function transferArchive(
  context: ImageContext,
  { staging, headers, ...transfer }: ArchiveTransfer,
  signal?: AbortSignal,
): Promise<void> {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop);
  try {
    const archive = openArchive(context, { staging, headers, ...transfer }, controller.signal);
    const sending = await sendArchive(context.client, archive, controller);
    const source = create(ImageImportStreamSchema, { stream: sending.id });
    await context.client.transfer.transfer(
      {
        source: pack(ImageImportStreamSchema, source),
        destination: describeDestination(context, staging, expiryLabels()),
      },
      { ...NO_TIMEOUT, signal: controller.signal, headers: { ...headers } },
    );
    await sending.finish();
  } catch (error) {
    // The caller's abort, or the failure of the archive's sender, is the cause; containerd's error follows
    // from it.
    controller.signal.throwIfAborted();
    controller.abort();
    throw describeLoadError(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Yields the archive, or with a place for blobs, all of it but the large ones, which are content then. */
async function* openArchive(
  { client, blobs: place }: ImageContext,
  { archive, staging, headers, count }: ArchiveTransfer,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (place === undefined) {
    let bytes = 0;
    for await (const chunk of archive) {
      bytes += chunk.length;
      yield chunk;
    }
    count(bytes);
    return;
  }
  const { filesBinary, contentFolder } = place;
  const folder = join(place.folder, staging);
  await mkdir(folder, { recursive: true });
  const useBlobs = async (blobs: readonly SiftedBlob[]) => {
    for (const blob of blobs) await ingestBlob({ client, headers, contentFolder }, blob, signal);
  };
  try {
    yield* siftArchive(archive, { filesBinary, folder, useBlobs, count }, signal);
  } finally {
    await emptyFolder(folder);
    await rmdir(folder);
  }
}

async function nameImages(
  context: ImageContext,
  { staging, name: given }: { readonly staging: string; readonly name: string | undefined },
  signal?: AbortSignal,
): Promise<readonly Image[]> {
  const index = await getRecord(context, staging, signal);
  const digest = index?.target?.digest ?? '';
  const manifests = readDescriptors(
    asRecord(await context.reader.readJson(digest, signal))['manifests'],
  );
  if (given !== undefined) {
    const [manifest] = manifests;
    const isOne = new Set(manifests.map((each) => each.digest)).size === 1;
    if (manifest === undefined || !isOne) throw imageError.AMBIGUOUS({ name: given });
    return [await saveImage(context, givenName(given, manifests), manifest, signal)];
  }
  const named = [...namedImages(manifests)];
  if (named.length === 0) throw imageError.UNNAMED({ digest: manifests[0]?.digest ?? digest });
  return Promise.all(named.map(([name, manifest]) => saveImage(context, name, manifest, signal)));
}

async function saveImage(
  context: ImageContext,
  name: string,
  manifest: Descriptor,
  signal?: AbortSignal,
): Promise<Image> {
  const { sizeBytes } = await context.reader.read(name, manifest.digest, signal);
  const { mediaType, digest, size } = manifest;
  const target = { mediaType, digest, size: BigInt(size), annotations: {} };
  const updatedAt = await saveRecord(context, { name, target }, signal);
  return { name, digest, sizeBytes, updatedAt };
}
