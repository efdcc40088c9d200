import type { Cache } from '../cache/cache.ts';
import { type Release, releaseKey } from './release.ts';

/** Returns the folder of Firecracker for a build: the given one, else the fetched release. */
export async function findFirecracker(
  env: Readonly<Record<string, string | undefined>>,
  cache: Cache,
  release: Release,
): Promise<string | undefined> {
  const given = env['CAPSULE_FIRECRACKER'];
  if (given !== undefined && given !== '') return given;
  return (await cache.find(releaseKey(release)))?.path;
}
