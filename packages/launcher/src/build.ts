import { join } from 'node:path';
import { isCapsuleError } from '@capsule/core';
import { buildRootfs, capsuleProfile, type Rootfs, renderSizes } from '@capsule/imager';
import { layersInUse } from './embedded/claim/claim.ts';

/**
 * `node packages/launcher/src/build.ts [--json]`: builds the rootfs, prints the size of each part,
 * or with `--json` the layers for another program. Entries that nothing has used for two weeks leave the cache.
 */
const json = process.argv.includes('--json');
const say = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const rootfs: Rootfs = await buildRootfs({
    repository: join(import.meta.dirname, '../../..'),
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    profile: capsuleProfile,
    env: process.env,
    progress: say,
    layersInUse,
  });
  process.stdout.write(json ? `${JSON.stringify(rootfs, null, 2)}\n` : renderSizes(rootfs));
} catch (error) {
  if (!isCapsuleError(error)) throw error;
  say([error.message, error.why, error.hint].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
