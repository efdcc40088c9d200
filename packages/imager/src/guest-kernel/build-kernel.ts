import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { Cache, type CacheEntry } from '../cache/cache.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { imagerError } from '../errors.ts';
import type { Architecture } from '../profile.ts';
import { type Progress, step } from '../progress.ts';
import { extractPackages } from '../rootfs/extract-packages.ts';
import { missingOptions } from './config.ts';
import { configFile, kernelKey, SOURCE_PACKAGE } from './kernel-key.ts';

export interface GuestKernelRequest {
  readonly repository: string;
  readonly cacheDir: string;
  readonly architecture: Architecture;
  readonly suite: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** Where a tree of sources and what comes of it lie while it is compiled. */
interface KernelFolders {
  readonly source: string;
  readonly output: string;
}

const COMPILE_TIMEOUT_MS = 2 * 3600_000;
/** The same kernel on every machine and day, as far as the compiler lets it. */
const NOBODY = ['KBUILD_BUILD_USER=capsule', 'KBUILD_BUILD_HOST=capsule', 'KBUILD_BUILD_VERSION=1'];

/**
 * Compiles our own kernel of microVMs, or finds it in the cache: `vmlinuz`, and the same as `vmlinux`
 * for a machine monitor that unpacks nothing. Needs a compiler, make, flex, bison, bc and libelf.
 */
export async function buildGuestKernel(request: GuestKernelRequest): Promise<CacheEntry> {
  const { repository, architecture, suite, progress } = request;
  // Debian's kernel serves there.
  if (architecture !== 'x64') throw imagerError.KERNEL_ARCHITECTURE({ architecture });
  const key = await kernelKey(repository, architecture, suite);
  return new Cache(request.cacheDir).ensure(key, async (directory) => {
    const work = join(directory, 'work');
    const folders = { source: join(work, SOURCE_PACKAGE), output: join(work, 'output') };
    await mkdir(folders.output, { recursive: true });
    await step(progress, `sources of Linux, ${SOURCE_PACKAGE}`, () => unpackSource(request, work));
    await configure(folders, configFile(repository, architecture));
    const jobs = availableParallelism();
    await step(progress, `compiling with ${jobs} processors, some minutes`, () =>
      make(folders, [`-j${jobs}`, 'bzImage']),
    );
    await copyFile(join(folders.output, 'arch/x86/boot/bzImage'), join(directory, 'vmlinuz'));
    await run('strip', ['-o', join(directory, 'vmlinux'), join(folders.output, 'vmlinux')]);
    await copyFile(join(folders.output, '.config'), join(directory, 'config'));
    await rm(work, { recursive: true });
    const { stdout } = await run('du', ['--summarize', '--bytes', directory]);
    return { sizeBytes: Number.parseInt(stdout, 10) };
  });
}

async function unpackSource({ env, suite }: GuestKernelRequest, work: string): Promise<void> {
  const directory = join(work, 'debian');
  const archive = await findDebianArchive(env['CAPSULE_DEBIAN_MIRROR']);
  const packages = [SOURCE_PACKAGE];
  await extractPackages({ suite, packages, archive, directory, variant: 'extract' });
  const sources = join(directory, `usr/src/${SOURCE_PACKAGE}.tar.xz`);
  await run('tar', ['-xf', sources, '-C', work], { timeoutMs: 10 * 60_000 });
  await rm(directory, { recursive: true });
}

/** Fails with `KERNEL_OPTIONS` when an option of the file did not take effect. */
async function configure(folders: KernelFolders, file: string): Promise<void> {
  await make(folders, ['allnoconfig', `KCONFIG_ALLCONFIG=${file}`]);
  const actual = await readFile(join(folders.output, '.config'), 'utf8');
  const options = missingOptions(await readFile(file, 'utf8'), actual);
  if (options.length > 0) throw imagerError.KERNEL_OPTIONS({ file, options });
}

async function make({ source, output }: KernelFolders, args: readonly string[]): Promise<void> {
  const date = 'KBUILD_BUILD_TIMESTAMP=@0';
  const all = ['--silent', '-C', source, `O=${output}`, ...NOBODY, date, ...args];
  try {
    await run('make', all, { timeoutMs: COMPILE_TIMEOUT_MS });
  } catch (cause) {
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw imagerError.KERNEL_FAILED({ log: said.trim().slice(-2000) }, cause);
  }
}
