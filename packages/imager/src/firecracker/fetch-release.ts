import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '@capsule/host';
import { Cache, type CacheEntry } from '../cache/cache.ts';
import { sizeOf } from '../cache/size-of.ts';
import { type Progress, step } from '../progress.ts';
import { type DownloadOptions, download } from './download.ts';
import { type Release, releaseKey } from './release.ts';

export interface FetchRequest extends DownloadOptions {
  readonly cacheDir: string;
  readonly release: Release;
  readonly progress: Progress;
}

/**
 * Returns the folder with `firecracker` and `jailer` of a release: downloaded, or found in the cache.
 * Capsules that are built afterwards have it. Fails as `download` does; then nothing is kept.
 */
export async function fetchRelease(request: FetchRequest): Promise<CacheEntry> {
  const { cacheDir, release, progress } = request;
  return new Cache(cacheDir).ensure(releaseKey(release), (directory) =>
    step(progress, `Firecracker ${release.version}, from its release`, () =>
      fill(directory, request),
    ),
  );
}

async function fill(
  directory: string,
  { release, ...options }: FetchRequest,
): Promise<{ readonly sizeBytes: number }> {
  const archive = join(directory, 'release.tgz');
  await writeFile(archive, await download(release, options));
  const members = Object.values(release.programs);
  const into = ['-C', directory, '--strip-components=1', '--no-same-owner'];
  await run('tar', ['-xzf', archive, ...into, ...members]);
  for (const [name, member] of Object.entries(release.programs)) {
    await rename(join(directory, basename(member)), join(directory, name));
  }
  await rm(archive);
  return { sizeBytes: await sizeOf(directory) };
}
