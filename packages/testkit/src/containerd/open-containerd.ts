import { join } from 'node:path';
import { buildRootfs, capsuleProfile } from '@capsule/imager';
import { layersInUse } from '@capsule/launcher';
import { PrivateContainerd } from './private-containerd.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');

/** Why there is no containerd for a test, or false. */
export function missingContainerd(): string | false {
  return process.getuid?.() === 0 ? false : 'needs root, for mounts and namespaces';
}

/**
 * Starts the containerd and runc that capsules have, for the length of a test file; undefined where
 * `missingContainerd` says why. The first time this builds the rootfs, which takes minutes.
 */
export async function openContainerd(): Promise<PrivateContainerd | undefined> {
  if (missingContainerd() !== false) return undefined;
  const { layers } = await buildRootfs({
    repository: REPOSITORY,
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    profile: capsuleProfile,
    env: process.env,
    progress: () => undefined,
    layersInUse,
  });
  return PrivateContainerd.start(layers.map(({ path }) => path));
}
