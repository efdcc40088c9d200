import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';

export interface ImageParts {
  /** The one layer's files. */
  readonly tree: string;
  /** As Node names it. */
  readonly architecture: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names that a reader of the layout finds the image by. */
  readonly names: readonly string[];
}

const OCI = 'application/vnd.oci.image';

/**
 * Writes an image as an OCI layout directory. Reproducible: names, contents, owners and modes of
 * the tree decide every digest, its times do not.
 */
export async function writeOciLayout(parts: ImageParts, directory: string): Promise<void> {
  const blobs = join(directory, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const plain = join(directory, 'layer.tar');
  await packTree(parts.tree, plain);
  const diffId = await sha256(plain);
  await run('gzip', ['--no-name', '-6', plain], { timeoutMs: 300_000 });
  const layer = await adopt(`${plain}.gz`, blobs, `${OCI}.layer.v1.tar+gzip`);
  const config = await write(blobs, `${OCI}.config.v1+json`, {
    architecture: parts.architecture === 'x64' ? 'amd64' : parts.architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: parts.config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'capsule imager' }],
  });
  const manifest = await write(blobs, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config,
    layers: [layer],
  });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${OCI}.index.v1+json`,
      manifests: parts.names.map((name) => ({ ...manifest, annotations: namedAs(name) })),
    }),
  );
}

/** One uncompressed archive of a layout, as `capsulectl image push` takes it. */
export async function packLayout(directory: string, archive: string): Promise<void> {
  await packTree(directory, archive);
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** containerd reads the first; skopeo and others the second. */
function namedAs(name: string): Record<string, string> {
  return { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
}

function packTree(tree: string, archive: string): Promise<unknown> {
  const stable = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=pax'];
  const pax = '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime';
  return run('tar', [...stable, pax, '--create', '--file', archive, '--directory', tree, '.'], {
    timeoutMs: 300_000,
  });
}

async function adopt(path: string, blobs: string, mediaType: string): Promise<Descriptor> {
  const hex = await sha256(path);
  const { size } = await stat(path);
  await rename(path, join(blobs, hex));
  return { mediaType, digest: `sha256:${hex}`, size };
}

async function write(blobs: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const data = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(data).digest('hex');
  await writeFile(join(blobs, hex), data);
  return { mediaType, digest: `sha256:${hex}`, size: data.length };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
