import type { Cache } from '../cache/cache.ts';
import type { Architecture } from '../profile.ts';
import { releaseFor, releaseKey } from './release.ts';

/** The folder of Firecracker that a capsule is built with: the given one, else what was fetched. */
export async function findFirecracker(
  env: Readonly<Record<string, string | undefined>>,
  cache: Cache,
  architecture: Architecture,
): Promise<string | undefined> {
  const given = env['CAPSULE_FIRECRACKER'];
  if (given !== undefined && given !== '') return given;
  return (await cache.find(releaseKey(releaseFor(architecture))))?.path;
}
