import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { promisify } from 'node:util';
import { run, unpackKernel } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { sizeOf } from '../cache/size-of.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { imagerError } from '../errors.ts';
import { type Progress, step } from '../progress.ts';
import { extractPackages } from '../rootfs/extract-packages.ts';

export interface KernelRequest {
  readonly cacheDir: string;
  readonly suite: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** Debian's kernel for machines without hardware of their own. */
export interface Kernel {
  /** Of the cache. */
  readonly key: string;
  /** As its build leaves it, not packed, where it is known how: an emulated processor unpacks it for a second. */
  readonly image: string;
  /** The folder with `modules.dep`. */
  readonly modules: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  x64: 'linux-image-cloud-amd64',
  arm64: 'linux-image-cloud-arm64',
};
const MODULE_BYTES = 64 * 1024 * 1024;

/** Fetches the kernel, or finds it in the cache. */
export async function fetchKernel(request: KernelRequest): Promise<Kernel> {
  const { cacheDir, suite, env, progress } = request;
  const cache = new Cache(cacheDir);
  const packageName = PACKAGES[arch];
  if (packageName === undefined) throw imagerError.ARCHITECTURE({ architecture: arch });
  const key = `kernel-${digestOf({ suite, packageName, form: 2 })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const archive = await findDebianArchive(env['CAPSULE_DEBIAN_MIRROR']);
      const packages = [packageName];
      await extractPackages({ suite, packages, archive, directory, variant: 'extract' });
      // Debian does it when the package is configured.
      const [release = ''] = await readdir(join(directory, 'usr/lib/modules'));
      await run('depmod', ['-b', join(directory, 'usr'), release]);
      await unpackImage(join(directory, 'boot'));
      return { sizeBytes: await sizeOf(directory) };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, `kernel of ${suite}`, make));
  const [image = ''] = (await readdir(join(entry.path, 'boot'))).filter((file) =>
    file.startsWith('vmlinu'),
  );
  const [release = ''] = await readdir(join(entry.path, 'usr/lib/modules'));
  return {
    key,
    image: join(entry.path, 'boot', image),
    modules: join(entry.path, 'usr/lib/modules', release),
  };
}

async function unpackImage(boot: string): Promise<void> {
  const packed = (await readdir(boot)).filter((file) => file.startsWith('vmlinuz-'));
  for (const name of packed) {
    const unpacked = unpackKernel(await readFile(join(boot, name)));
    if (unpacked === undefined) continue;
    await writeFile(join(boot, name.replace('vmlinuz', 'vmlinux')), unpacked);
    await rm(join(boot, name));
  }
}

/** Modules with all that they need, in the order in which they can be loaded; unpacked. */
export async function readModules(
  { modules }: Pick<Kernel, 'modules'>,
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  const text = await readFile(join(modules, 'modules.dep'), 'utf8');
  const ordered = orderModules(text, names);
  return Promise.all(
    ordered.map(async (path) => {
      const { stdout } = await promisify(execFile)('xz', ['-dc', join(modules, path)], {
        encoding: 'buffer',
        maxBuffer: MODULE_BYTES,
      });
      return { name: nameOf(path), content: stdout };
    }),
  );
}

/** Paths out of modules.dep(5): what is needed stands before what needs it. Pure. */
export function orderModules(dependencies: string, names: readonly string[]): readonly string[] {
  const needs = new Map(
    dependencies.split('\n').flatMap((line) => {
      const [path = '', rest = ''] = line.split(':');
      return path === '' ? [] : [[path, rest.trim().split(' ').filter(Boolean)] as const];
    }),
  );
  const byName = new Map([...needs.keys()].map((path) => [nameOf(path), path]));
  const ordered = new Set<string>();
  const add = (path: string) => {
    if (ordered.has(path)) return;
    for (const needed of needs.get(path) ?? []) add(needed);
    ordered.add(path);
  };
  for (const name of names) {
    const path = byName.get(name);
    // What is not a module is in the kernel, or is missed where it is used.
    if (path !== undefined) add(path);
  }
  return [...ordered];
}

function nameOf(path: string): string {
  const file = path.split('/').at(-1) ?? '';
  return file.replace(/\.ko(\.xz)?$/, '').replaceAll('-', '_');
}
