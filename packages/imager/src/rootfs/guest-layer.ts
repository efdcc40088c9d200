import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programClosure } from '../debian/program-closure.ts';
import type { TreeEntry } from '../debian/tree-path.ts';
import { type CpioEntry, packCpio } from '../disk/cpio.ts';
import { fetchKernel, readModules } from '../disk/kernel.ts';
import { imagerError } from '../errors.ts';
import type { Executor, LayerContext } from './context.ts';
import { extractPackages } from './extract-packages.ts';
import { initramfsEntries } from './guest-initramfs.ts';
import type { StepArgs } from './plan-rootfs.ts';

/** Programs of ours: where the native layer has them, and where a microVM looks for them. */
const OURS = {
  'usr/lib/capsule/guest/capsule-guest': 'init',
  'usr/bin/capsule-files': 'usr/bin/capsule-files',
} as const;
const DEBIAN = { kernel: 'vmlinux-debian', initramfs: 'initramfs-debian.cpio' } as const;
/** `elf` is the same kernel for a machine monitor that unpacks nothing. */
const CAPSULE = {
  kernel: 'vmlinuz-capsule',
  elf: 'vmlinux-capsule',
  initramfs: 'initramfs-capsule.cpio',
} as const;

/**
 * Kernel and first root of microVMs: Debian's, and our own where that has been built. `guest.json`
 * names those that microVMs are to have.
 */
export const buildGuest: Executor<'guest'> = async (args, directory, context) => {
  const folder = join(directory, 'usr/lib/capsule/guest');
  await mkdir(folder, { recursive: true });
  const ours = await ownPrograms(await context.layer('native'));
  const runtime = await runtimeFiles(args, join(directory, 'debian'), context);
  const programs = [...ours, ...runtime];
  await addDebianKernel(args, { folder, programs }, context);
  if (args.kernel !== undefined) await addOwnKernel(args.kernel, { folder, programs }, context);
  const parts = args.kernel === undefined ? DEBIAN : CAPSULE;
  await writeFile(join(folder, 'guest.json'), `${JSON.stringify(parts)}\n`);
};

interface Guest {
  readonly folder: string;
  /** Of the first root, whatever the kernel. */
  readonly programs: readonly CpioEntry[];
}

async function addDebianKernel(
  args: StepArgs['guest'],
  { folder, programs }: Guest,
  context: LayerContext,
): Promise<void> {
  const kernel = await fetchKernel({ ...context, suite: args.suite });
  const modules = await readModules(kernel, args.modules);
  await copyFile(kernel.image, join(folder, DEBIAN.kernel));
  const initramfs = packCpio(initramfsEntries(programs, modules));
  await writeFile(join(folder, DEBIAN.initramfs), initramfs);
}

/** Nothing of it is a module. */
async function addOwnKernel(
  key: string,
  { folder, programs }: Guest,
  context: LayerContext,
): Promise<void> {
  const entry = await context.cache.find(key);
  if (entry === undefined) {
    throw imagerError.PROGRAM_MISSING({ path: key, tree: context.cacheDir });
  }
  await copyFile(join(entry.path, 'vmlinuz'), join(folder, CAPSULE.kernel));
  await copyFile(join(entry.path, 'vmlinux'), join(folder, CAPSULE.elf));
  const initramfs = packCpio(initramfsEntries(programs, []));
  await writeFile(join(folder, CAPSULE.initramfs), initramfs);
}

async function ownPrograms(native: string): Promise<readonly CpioEntry[]> {
  return Promise.all(
    Object.entries(OURS).map(async ([from, path]) => {
      const content = await readFile(join(native, from)).catch((cause: unknown) => {
        throw imagerError.PROGRAM_MISSING({ path: `/${from}`, tree: native }, cause);
      });
      return { path, content, mode: 0o755 };
    }),
  );
}

async function runtimeFiles(
  { suite, runtime }: StepArgs['guest'],
  directory: string,
  context: LayerContext,
): Promise<readonly CpioEntry[]> {
  const archive = await context.archive();
  // base-files has the links of a merged /usr.
  const packages = ['base-files', runtime.package];
  await extractPackages({ suite, packages, archive, directory, variant: 'extract' });
  const closure = await programClosure(directory, [runtime.program]);
  const files = await Promise.all(closure.map((entry) => packed(directory, entry)));
  await rm(directory, { recursive: true });
  return files;
}

async function packed(root: string, { path, link }: TreeEntry): Promise<CpioEntry> {
  if (link !== undefined) return { path, link, mode: 0o777 };
  const file = join(root, path);
  return { path, content: await readFile(file), mode: (await stat(file)).mode & 0o777 };
}
