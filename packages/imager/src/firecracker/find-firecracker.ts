import type { Cache } from '../cache/cache.ts';
import { type Release, releaseKey } from './release.ts';

/** The folder of Firecracker that a capsule is built with: the given one, else the release that was fetched. */
export async function findFirecracker(
  env: Readonly<Record<string, string | undefined>>,
  cache: Cache,
  release: Release,
): Promise<string | undefined> {
  const given = env['CAPSULE_FIRECRACKER'];
  if (given !== undefined && given !== '') return given;
  return (await cache.find(releaseKey(release)))?.path;
}
