import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { sizeOf } from '../cache/size-of.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { type Progress, step } from '../progress.ts';
import { extractPackages } from '../rootfs/extract-packages.ts';

export interface MachineKernelRequest {
  readonly cacheDir: string;
  readonly suite: string;
  /** Debian's package. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** The kernel that a machine boots, as firmware starts it: packed, with its EFI stub. */
export interface MachineKernel {
  readonly key: string;
  readonly image: string;
  /** The folder with `modules.dep`. */
  readonly modules: string;
  readonly release: string;
}

/** Fetches the kernel, or finds it in the cache. */
export async function fetchMachineKernel(request: MachineKernelRequest): Promise<MachineKernel> {
  const { cacheDir, suite, name, env, progress } = request;
  const cache = new Cache(cacheDir);
  const key = `machine-kernel-${digestOf({ suite, name, form: 1 })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const archive = await findDebianArchive(env['CAPSULE_DEBIAN_MIRROR']);
      const packages = [name];
      await extractPackages({ suite, packages, archive, directory, variant: 'extract' });
      // Debian does it when the package is configured.
      await run('depmod', ['-b', join(directory, 'usr'), await releaseIn(directory)]);
      return { sizeBytes: await sizeOf(directory) };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, `kernel ${name}`, make));
  const release = await releaseIn(entry.path);
  return {
    key,
    release,
    image: join(entry.path, `boot/vmlinuz-${release}`),
    modules: join(entry.path, 'usr/lib/modules', release),
  };
}

async function releaseIn(tree: string): Promise<string> {
  const [release = ''] = await readdir(join(tree, 'usr/lib/modules'));
  return release;
}
