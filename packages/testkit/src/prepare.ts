import { join } from 'node:path';
import { isCapsuleError } from '@capsule/core';
import {
  buildRootDisk,
  buildRootfs,
  capsuleProfile,
  copyNativePrograms,
  fetchKernel,
  renderSizes,
} from '@capsule/imager';
import { layersInUse } from '@capsule/launcher';
import { standInRecipes } from './images/stand-ins.ts';
import { isBundle } from './machine/pack-initrd.ts';
import { buildTestSystem } from './os/start-os.ts';
import { registryStorage } from './registry/registry-storage.ts';

/**
 * `node packages/testkit/src/prepare.ts`: builds the rootfs, and everything else that tests take from the cache: the
 * images of the lab, the kernel and the root of emulated machines. While one is downloaded the others are made. The
 * native programs are put into native/target/release, where their tests from outside find them.
 */
const progress = (line: string) => void process.stderr.write(`${line}\n`);
const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
const common = { cacheDir, env: process.env, progress };
const repository = join(import.meta.dirname, '../../..');
const { suite } = capsuleProfile;

const results = await Promise.allSettled([
  prepareRootfs(),
  registryStorage({ ...common, recipes: standInRecipes }),
  ...(process.arch === 'x64' ? [fetchKernel({ ...common, suite })] : []),
]);
for (const result of results) if (result.status === 'rejected') report(result.reason);

/** With the disk that emulated machines have, all but our bundles, and with the operating system. */
async function prepareRootfs(): Promise<void> {
  const profile = capsuleProfile;
  const rootfs = await buildRootfs({ ...common, repository, profile, layersInUse });
  process.stdout.write(renderSizes(rootfs));
  const native = rootfs.layers.find(({ name }) => name === 'native')?.path ?? '';
  await copyNativePrograms(native, join(repository, 'native/target/release'));
  if (process.arch !== 'x64') return;
  const layers = rootfs.layers.filter((layer) => !isBundle(layer));
  await buildRootDisk({ ...common, layers });
  await buildTestSystem();
}

function report(error: unknown): void {
  process.exitCode = 1;
  if (!isCapsuleError(error)) throw error;
  progress([error.message, error.why, error.hint].filter(Boolean).join('\n'));
}
