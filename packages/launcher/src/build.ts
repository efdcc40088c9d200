import { join } from 'node:path';
import { isCapsuleError } from '@capsule/core';
import { capsuleProfile } from './profiles/capsule.ts';
import { buildRootfs, type Rootfs } from './rootfs/build-rootfs.ts';
import { renderSizes } from './rootfs/render-sizes.ts';

/**
 * `node packages/imager/src/build.ts [--json]`: builds the rootfs, prints the size of each part,
 * or with `--json` the layers for another program.
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
  });
  process.stdout.write(json ? `${JSON.stringify(rootfs, null, 2)}\n` : renderSizes(rootfs));
} catch (error) {
  if (!isCapsuleError(error)) throw error;
  say([error.message, error.why, error.hint].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
