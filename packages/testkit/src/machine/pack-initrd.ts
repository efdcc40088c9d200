import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type CpioEntry, type Kernel, packCpio, type Rootfs, readModules } from '@capsule/imager';
import { guestInit } from './guest-init.ts';

export interface InitrdParts {
  readonly kernel: Kernel;
  readonly rootfs: Rootfs;
  /** By name; what they need comes too. */
  readonly modules: readonly string[];
  /** Run in the rootfs. */
  readonly command: readonly string[];
  /** For /tmp, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const FOLDERS = ['bin', 'dev', 'proc', 'sys', 'root', 'modules', 'files', 'capsule'];

/** The first filesystem of a virtual machine: what changes from one to the next, and the program that goes on. */
export async function packInitrd(parts: InitrdParts): Promise<Uint8Array> {
  const modules = await readModules(parts.kernel, parts.modules);
  const names = modules.map(({ name }) => name);
  return packCpio([
    ...FOLDERS.map((path) => ({ path, mode: 0o755 })),
    { path: 'bin/busybox', content: await readFile('/bin/busybox'), mode: 0o755 },
    { path: 'init', content: Buffer.from(guestInit(names, parts.command)), mode: 0o755 },
    ...bundleEntries(await bundleFiles(parts.rootfs)),
    ...Object.entries(parts.files).map(([name, content]) => ({
      path: `files/${name}`,
      content,
      mode: 0o644,
    })),
    ...modules.map(({ name, content }) => ({ path: `modules/${name}.ko`, content, mode: 0o644 })),
  ]);
}

/** Whether a layer changes with every line of ours: it is not on the disk, which is kept. */
export function isBundle({ name }: Rootfs['layers'][number]): boolean {
  return name === 'capsuled' || name === 'cli';
}

type BundleFile = readonly [name: string, content: Uint8Array];

/** Each folder before its files. */
function bundleEntries(files: readonly BundleFile[]): readonly CpioEntry[] {
  const folders = new Set(files.map(([name]) => dirname(`capsule/${name}`)));
  folders.delete('capsule');
  return [
    ...[...folders].map((path) => ({ path, mode: 0o755 })),
    ...files.map(([name, content]) => ({ path: `capsule/${name}`, content, mode: 0o644 })),
  ];
}

async function bundleFiles({ layers }: Rootfs): Promise<readonly BundleFile[]> {
  const files = layers.filter(isBundle).map(async ({ path }) => {
    const folder = join(path, 'usr/lib/capsule');
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const found = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(
      found.map(async (file) => [relative(folder, file), await readFile(file)] as const),
    );
  });
  return (await Promise.all(files)).flat();
}
