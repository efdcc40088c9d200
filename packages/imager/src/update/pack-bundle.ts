import { createHash, sign } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  BUNDLE_MEMBERS,
  BUNDLE_SIGNATURE_CONTEXT,
  type BundleManifest,
  type BundlePart,
  bundleEnd,
  bundleHeader,
  bundlePadding,
  parseBundleManifest,
} from '@capsule/core';
import type { PublisherKey } from './publisher-key.ts';

/** A version of the system, built. */
export interface BundleRequest
  extends Pick<
    BundleManifest,
    'version' | 'minimumVersion' | 'architecture' | 'board' | 'rootHash'
  > {
  /** The file of the unified kernel image. */
  readonly uki: string;
  /** The files of the root: the image, then its tree of hashes. */
  readonly root: readonly string[];
  readonly key: Pick<PublisherKey, 'privateKey'>;
}

/** Writes an update bundle. The file is there as a whole, or not at all; the same input gives the same bytes. */
export async function packBundle(output: string, request: BundleRequest): Promise<BundleManifest> {
  const { uki, root, key, ...facts } = request;
  const manifest: BundleManifest = {
    format: 1,
    ...facts,
    uki: await measure([uki]),
    root: await measure(root),
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  // A version that no capsule accepts is refused here.
  parseBundleManifest(text.toString());
  const signed = Buffer.concat([Buffer.from(BUNDLE_SIGNATURE_CONTEXT), text]);
  const contents = [[text], [sign(null, signed, key.privateKey)], [uki], root];
  const draft = `${output}.${process.pid}`;
  try {
    await pipeline(Readable.from(members(contents)), createWriteStream(draft));
    await rename(draft, output);
  } finally {
    await rm(draft, { force: true });
  }
  return manifest;
}

/** Bytes, or the path of a file with them. */
type Content = Buffer | string;

async function measure(contents: readonly Content[]): Promise<BundlePart> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of read(contents)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** In the order of `BUNDLE_MEMBERS`. */
async function* members(all: readonly (readonly Content[])[]): AsyncGenerator<Uint8Array> {
  for (const [index, contents] of all.entries()) {
    const bytes = await sizeOf(contents);
    yield bundleHeader(BUNDLE_MEMBERS[index] ?? '', bytes);
    yield* read(contents);
    const padding = bundlePadding(bytes);
    if (padding.length > 0) yield padding;
  }
  yield bundleEnd();
}

async function* read(contents: readonly Content[]): AsyncGenerator<Buffer> {
  for (const content of contents) {
    if (typeof content === 'string') yield* createReadStream(content);
    else yield content;
  }
}

async function sizeOf(contents: readonly Content[]): Promise<number> {
  let bytes = 0;
  for (const content of contents) {
    bytes += typeof content === 'string' ? (await stat(content)).size : content.length;
  }
  return bytes;
}
