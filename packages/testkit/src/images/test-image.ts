import { createHash } from 'node:crypto';
import { type TarEntry, tar } from './tar.ts';

/** The description of a test's own image. */
export interface TestImageParts {
  /** Bottom first. */
  readonly layers: readonly (readonly TarEntry[])[];
  /** As in the OCI image specification: `Entrypoint`, `Cmd`, `Env`, `User`, … */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly architecture?: string;
}

export interface Blob {
  readonly digest: string;
  readonly data: Buffer;
}

/** An image as blobs, from which archives and registries are made. */
export interface TestImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** The same parts give the same digests. */
export function testImage({
  layers,
  config = {},
  architecture = 'amd64',
}: TestImageParts): TestImage {
  const blobs = layers.map((entries) => blob(tar(entries)));
  const configBlob = json({
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: blobs.map(({ digest }) => digest) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor('application/vnd.oci.image.config.v1+json', configBlob),
    layers: blobs.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
  });
  return { manifest, config: configBlob, layers: blobs };
}

/** An archive as `docker save` (before version 25) and `skopeo copy docker-archive:` write it. */
export function dockerArchive(image: TestImage, repoTags: readonly string[] | null): Buffer {
  const layers = image.layers.map(({ digest, data }) => ({ path: `${hex(digest)}.tar`, data }));
  const config = { path: `${hex(image.config.digest)}.json`, data: image.config.data };
  const manifest = [
    { Config: config.path, RepoTags: repoTags, Layers: layers.map(({ path }) => path) },
  ];
  return tar([...layers, config, { path: 'manifest.json', data: json(manifest).data }]);
}

/** A tar of an OCI layout whose images carry these annotations, one record for each. */
export function ociArchive(
  image: TestImage,
  annotations: readonly Readonly<Record<string, string>>[],
): Buffer {
  const index = json({
    schemaVersion: 2,
    manifests: annotations.map((each) => ({
      ...descriptor(MANIFEST_TYPE, image.manifest),
      annotations: each,
    })),
  });
  const blobs = [image.manifest, image.config, ...image.layers];
  return tar([
    { path: 'oci-layout', data: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { path: 'index.json', data: index.data },
    ...blobs.map(({ digest, data }) => ({ path: `blobs/sha256/${hex(digest)}`, data })),
  ]);
}

export function blob(data: Buffer): Blob {
  return { digest: `sha256:${createHash('sha256').update(data).digest('hex')}`, data };
}

export function json(value: unknown): Blob {
  return blob(Buffer.from(JSON.stringify(value)));
}

export function descriptor(mediaType: string, { digest, data }: Blob) {
  return { mediaType, digest, size: data.length };
}

function hex(digest: string): string {
  return digest.slice('sha256:'.length);
}
