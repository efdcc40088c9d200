import { readdir, rmdir } from 'node:fs/promises';
import { type KeyedLock, keyedLock, type ProjectedFile, type Projection } from '@capsule/core';
import { makeFolderAs, unlessMissing } from '@capsule/host';
import { Entry, entryNameOf } from './entry.ts';
import { projectionError } from './errors.ts';
import { OpenFolder } from './open-folder.ts';

const PATH = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)*$/;
const FOLDER_MODE = 0o750;
const TREE = 'tree';

export interface FileProjectionOptions {
  /** Made where it does not exist. */
  readonly root: string;
}

/** The projection as files below a folder, 0640 in folders of 0750, each replaced in one step. */
export class FileProjection implements Projection {
  readonly #root: string;
  /** Folders come and go with their files: one call at a time. */
  readonly #lock: KeyedLock = keyedLock();

  constructor({ root }: FileProjectionOptions) {
    this.#root = root;
  }

  write(path: string, text: string) {
    return this.#lock(TREE, async () => {
      const { folders, name } = parsePath(path);
      await using folder = await this.#make(folders);
      return await new Entry(folder, name).write(text);
    });
  }

  remove(path: string) {
    return this.#lock(TREE, async () => {
      const { folders, name } = parsePath(path);
      await using folder = await this.#open(folders);
      const state = (await (folder && new Entry(folder, name).remove())) ?? 'absent';
      await this.#removeEmpty(folders);
      return state;
    });
  }

  list() {
    return this.#lock(TREE, async () => {
      await using root = await OpenFolder.root(this.#root);
      const files = root === undefined ? [] : await listFolder(root, '');
      return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
    });
  }

  async #make(names: readonly string[]): Promise<OpenFolder> {
    let folder = await this.#makeRoot();
    for (const name of names) {
      await using parent: OpenFolder = folder;
      folder = await parent.make(name);
    }
    return folder;
  }

  /** An operator may have changed the mode of one that exists. */
  async #makeRoot(): Promise<OpenFolder> {
    const found = await OpenFolder.root(this.#root);
    if (found !== undefined) return found;
    await makeFolderAs(this.#root, FOLDER_MODE);
    const made = await OpenFolder.root(this.#root);
    if (made === undefined) throw projectionError.NOT_A_FOLDER({ path: this.#root });
    return made;
  }

  async #open(names: readonly string[]): Promise<OpenFolder | undefined> {
    let folder = await OpenFolder.root(this.#root);
    for (const name of names) {
      await using parent: OpenFolder | undefined = folder;
      folder = await parent?.open(name);
    }
    return folder;
  }

  async #removeEmpty(folders: readonly string[]): Promise<void> {
    const name = folders.at(-1);
    if (name === undefined) return;
    const above = folders.slice(0, -1);
    await using parent = await this.#open(above);
    if (parent !== undefined && !(await removeIfEmpty(parent, name))) return;
    await this.#removeEmpty(above);
  }
}

function parsePath(path: string): { readonly folders: readonly string[]; readonly name: string } {
  const names = path.split('/');
  const name = names.pop();
  if (!PATH.test(path) || name === undefined) throw projectionError.PATH_INVALID({ path });
  return { folders: names, name };
}

/** Returns false for one that holds something. */
async function removeIfEmpty(parent: OpenFolder, name: string): Promise<boolean> {
  try {
    await unlessMissing(rmdir(parent.at(name)));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false;
    throw cause;
  }
}

async function listFolder(folder: OpenFolder, prefix: string): Promise<readonly ProjectedFile[]> {
  const entries = await readdir(folder.at('.'), { withFileTypes: true });
  const found: ProjectedFile[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name[0] !== '.')) {
    await using inner = await folder.open(name);
    if (inner !== undefined) found.push(...(await listFolder(inner, `${prefix}${name}/`)));
  }
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => entryNameOf(name));
  for (const name of new Set(files)) {
    if (name === undefined) continue;
    const state = await new Entry(folder, name).state();
    if (state !== 'absent') found.push({ path: `${prefix}${name}`, state });
  }
  return found;
}
