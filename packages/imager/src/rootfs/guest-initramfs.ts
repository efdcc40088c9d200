import { dirname } from 'node:path';
import type { CpioEntry } from '../disk/cpio.ts';

export interface GuestModule {
  readonly name: string;
  readonly content: Uint8Array;
}

const FOLDERS = ['dev', 'etc', 'proc', 'run', 'sys', 'usr/lib/modules'];
const MODULES = 'usr/lib/modules';

/**
 * The first root of a microVM: `files` and, in the folder of modules, each module and the file
 * `load` that names them in the order in which they can be loaded. Pure.
 */
export function initramfsEntries(
  files: readonly CpioEntry[],
  modules: readonly GuestModule[],
): readonly CpioEntry[] {
  const load = modules.map(({ name }) => `${name}.ko\n`).join('');
  const entries: readonly CpioEntry[] = [
    ...FOLDERS.map((path) => ({ path, mode: 0o755 })),
    { path: 'tmp', mode: 0o1777 },
    { path: 'lib', link: 'usr/lib', mode: 0o777 },
    // The kernel opens it as the streams of its first program.
    { path: 'dev/console', device: [5, 1], mode: 0o600 },
    { path: `${MODULES}/load`, content: Buffer.from(load), mode: 0o644 },
    ...modules.map(({ name, content }) => ({
      path: `${MODULES}/${name}.ko`,
      content,
      mode: 0o644,
    })),
    ...files,
  ];
  const folders = entries.flatMap(({ path }) => foldersOf(path));
  const all: readonly CpioEntry[] = [...folders.map((path) => ({ path, mode: 0o755 })), ...entries];
  const byPath = new Map(all.map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [...foldersOf(folder), folder];
}
