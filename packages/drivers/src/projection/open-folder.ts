import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import { projectionError } from './errors.ts';

const MODE = 0o750;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

/** A folder of the projection, open: its files are reached through the handle, wherever the path leads by then. */
export class OpenFolder {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** The root, which an operator may have made a link; undefined where it does not exist. */
  static async root(path: string): Promise<OpenFolder | undefined> {
    const handle = await unlessMissing(open(path, FOLDER));
    return handle && new OpenFolder(path, handle);
  }

  /** The path of a name in it, for calls of the file system. */
  at(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  /** Opens a folder in it, and no link; undefined where it does not exist. */
  async open(name: string): Promise<OpenFolder | undefined> {
    const path = join(this.path, name);
    const opening = open(this.at(name), FOLDER | constants.O_NOFOLLOW);
    const handle = await unlessMissing(opening).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOTDIR' && cause.code !== 'ELOOP') throw cause;
      throw projectionError.NOT_A_FOLDER({ path }, cause);
    });
    return handle && new OpenFolder(path, handle);
  }

  /** The same, made where it does not exist. */
  async make(name: string): Promise<OpenFolder> {
    const found = await this.open(name);
    if (found !== undefined) return found;
    await mkdir(this.at(name), { mode: MODE });
    const made = await this.open(name);
    if (made === undefined) throw projectionError.NOT_A_FOLDER({ path: join(this.path, name) });
    await made.#handle.chmod(MODE);
    return made;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}
