import { join } from 'node:path';
import { digestOf, digestOfFiles } from '../cache/digest.ts';
import type { Architecture } from '../profile.ts';

/** A newer version of it is not noticed: remove the cache's entry to have one. */
export const SOURCE_PACKAGE = 'linux-source-6.12';

const FOLDER = 'packages/imager/src/guest-kernel';

/** The configuration of our own kernel: a file that the key is made from. */
export function configFile(repository: string, architecture: Architecture): string {
  return join(repository, FOLDER, `${architecture}.config`);
}

/** What our own kernel has as its name in the cache, once it is built. */
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
