import { createHash, randomFillSync } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { run } from '@capsule/host';

const OCI = 'application/vnd.oci.image';
const CHUNK = Buffer.alloc(2 ** 20);

/**
 * Writes an OCI archive with one uncompressed layer, which contains one file of `megabytes` (10^6 bytes) of
 * random data. So copying and checksums determine the time of an import. Returns the path.
 */
export async function writeBigArchive(
  directory: string,
  name: string,
  megabytes: number,
): Promise<string> {
  const layout = join(directory, 'layout');
  const blobs = join(layout, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const noise = join(directory, 'noise');
  await writeNoise(noise, megabytes * 1e6);
  const plain = join(directory, 'layer.tar');
  await run('tar', ['--create', '--file', plain, '--directory', directory, 'noise']);
  await rm(noise);
  const hex = (await run('sha256sum', [plain])).stdout.split(' ')[0] ?? '';
  await rename(plain, join(blobs, hex));
  const { size } = await stat(join(blobs, hex));
  const layer = { mediaType: `${OCI}.layer.v1.tar`, digest: `sha256:${hex}`, size };
  const config = await writeBlob(blobs, `${OCI}.config.v1+json`, {
    architecture: arch === 'x64' ? 'amd64' : arch,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    config: {},
  });
  const mediaType = `${OCI}.manifest.v1+json`;
  const manifest = await writeBlob(blobs, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers: [layer],
  });
  const annotations = { 'io.containerd.image.name': name };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  const archive = join(directory, 'big.tar');
  await run('tar', ['--create', '--file', archive, '--directory', layout, '.']);
  await rm(layout, { recursive: true });
  return archive;
}

async function writeNoise(path: string, sizeBytes: number): Promise<void> {
  await using file = await open(path, 'w');
  for (let written = 0; written < sizeBytes; written += CHUNK.length) {
    await file.write(randomFillSync(CHUNK), 0, Math.min(CHUNK.length, sizeBytes - written));
  }
}

async function writeBlob(blobs: string, mediaType: string, value: unknown) {
  const data = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(data).digest('hex');
  await writeFile(join(blobs, hex), data);
  return { mediaType, digest: `sha256:${hex}`, size: data.length };
}
