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
  /** The file of the root with its tree of hashes. */
  readonly root: string;
  readonly key: Pick<PublisherKey, 'privateKey'>;
}

/** Writes an update bundle. The file is there as a whole, or not at all; the same input gives the same bytes. */
export async function packBundle(output: string, request: BundleRequest): Promise<BundleManifest> {
  const { uki, root, key, ...facts } = request;
  const manifest: BundleManifest = {
    format: 1,
    ...facts,
    uki: await measure(uki),
    root: await measure(root),
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const signed = Buffer.concat([Buffer.from(BUNDLE_SIGNATURE_CONTEXT), text]);
  const contents = [text, sign(null, signed, key.privateKey), uki, root];
  const draft = `${output}.${process.pid}`;
  try {
    await pipeline(Readable.from(members(contents)), createWriteStream(draft));
    await rename(draft, output);
  } finally {
    await rm(draft, { force: true });
  }
  return manifest;
}

async function measure(path: string): Promise<BundlePart> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** In the order of `BUNDLE_MEMBERS`; a text is the path of a file. */
async function* members(contents: readonly (Buffer | string)[]): AsyncGenerator<Uint8Array> {
  for (const [index, content] of contents.entries()) {
    const isPath = typeof content === 'string';
    const bytes = isPath ? (await stat(content)).size : content.length;
    yield bundleHeader(BUNDLE_MEMBERS[index] ?? '', bytes);
    if (isPath) yield* createReadStream(content);
    else yield content;
    const padding = bundlePadding(bytes);
    if (padding.length > 0) yield padding;
  }
  yield bundleEnd();
}
