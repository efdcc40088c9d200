import { readFileSync } from 'node:fs';
import { rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  atOnceUnlessMissing,
  makeFolderAs,
  namesIn,
  unlessMissing,
  writeFileAs,
} from '@capsule/host';

/** Every file that may be in a cell's folder; `attached` marks a complete attach. */
const NAMES = ['hosts', 'hostname', 'resolv.conf', 'dns', 'attached'] as const;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
export type CellFile = (typeof NAMES)[number];

/** The generated files of each cell: `<dir>/<cell key>/<file>`. They are bound into the cell's containers. */
export interface CellFiles {
  readonly path: (key: string, file: CellFile) => string;
  readonly keys: () => Promise<readonly string[]>;
  /** Whether the cell has a folder, whatever it contains. */
  readonly has: (key: string) => Promise<boolean>;
  readonly read: (key: string, file: CellFile) => Promise<string | undefined>;
  /**
   * Writes in place, because a bind mount keeps the inode, and only if the content differs. Every user may
   * read the file: the container's user is seldom root.
   */
  readonly write: (key: string, file: CellFile, content: string) => Promise<void>;
  readonly drop: (key: string, file: CellFile) => Promise<void>;
  readonly dropAll: (key: string) => Promise<void>;
}

export function cellFiles(dir: string): CellFiles {
  const path = (key: string, file: CellFile) => join(dir, key, file);
  const read = async (key: string, file: CellFile) =>
    atOnceUnlessMissing(() => readFileSync(path(key, file), 'utf8'));
  const drop = (key: string, file: CellFile) => rm(path(key, file), { force: true });
  return {
    path,
    read,
    drop,
    keys: () => namesIn(dir),
    has: async (key) => (await unlessMissing(stat(join(dir, key)))) !== undefined,
    write: async (key, file, content) => {
      const isSame = (await read(key, file)) === content;
      if (isSame && (await modeOf(path(key, file))) === FILE_MODE) return;
      await makeFolderAs(join(dir, key), FOLDER_MODE);
      await writeFileAs(path(key, file), content, FILE_MODE);
    },
    dropAll: async (key) => {
      await Promise.all(NAMES.map((file) => drop(key, file)));
      await unlessMissing(rmdir(join(dir, key)));
    },
  };
}

async function modeOf(path: string): Promise<number | undefined> {
  const found = await unlessMissing(stat(path));
  return found && found.mode & 0o7777;
}
