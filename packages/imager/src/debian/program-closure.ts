import { arch } from 'node:process';
import { run } from '@capsule/host';
import { imagerError } from '../errors.ts';
import { type TreeEntry, treePath } from './tree-path.ts';

const LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

/**
 * Programs of a Debian tree for this machine's architecture with the dynamic loader and the shared
 * libraries that it loads for them, and the symbolic links on the way. What a program opens by
 * itself later is not seen.
 */
export async function programClosure(
  root: string,
  programs: readonly string[],
): Promise<readonly TreeEntry[]> {
  const loader = LOADERS[arch];
  if (loader === undefined) throw imagerError.ARCHITECTURE({ architecture: arch });
  const found = new Map<string, TreeEntry>();
  for (const program of programs) {
    const { stdout } = await run('chroot', [root, loader, '--list', program]);
    for (const path of [program, loader, ...parseLibraries(stdout)]) {
      for (const entry of await treePath(root, path)) found.set(entry.path, entry);
    }
  }
  return [...found.values()];
}

/** The paths in what `ld.so --list` prints. Pure. */
export function parseLibraries(list: string): readonly string[] {
  return list.split('\n').flatMap((line) => /(?:=> |^\s+)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
