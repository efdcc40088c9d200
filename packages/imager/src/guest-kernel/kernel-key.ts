import { join } from 'node:path';
import { digestOf, digestOfFiles } from '../cache/digest.ts';
import type { Architecture } from '../profile.ts';

/** The key does not change with a newer version. Remove the cache entry to build with it. */
export const SOURCE_PACKAGE = 'linux-source-6.12';

const FOLDER = 'packages/imager/src/guest-kernel';

/** Returns the path of our own kernel's configuration, which is part of the key. */
export function configFile(repository: string, architecture: Architecture): string {
  return join(repository, FOLDER, `${architecture}.config`);
}

/** Returns the cache key of our own kernel. */
export async function kernelKey(
  repository: string,
  architecture: Architecture,
  suite: string,
): Promise<string> {
  const recipe = await digestOfFiles(join(repository, FOLDER), [
    `${architecture}.config`,
    'build-kernel.ts',
    'config.ts',
  ]);
  return `guest-kernel-${digestOf({ suite, source: SOURCE_PACKAGE, architecture, recipe })}`;
}
