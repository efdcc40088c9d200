import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';

const MAX_LINKS = 40;
/** Names a file without opening it, so it never blocks (open(2)); the same on all supported architectures. */
const O_PATH = 0o10000000;

/**
 * Reads a text file of a tree that is not trusted and may change meanwhile. Links are followed as if `root`
 * were `/`, so none leads out; a missing file, and anything but a regular file, reads as empty. Reads at most
 * `limitBytes`.
 *
 * Each step starts from the descriptor of the one before, and the file that is read is the one that was
 * checked, also when another one takes its place meanwhile. Every path inside of a container or an image is
 * read with this function.
 */
export async function readInside(root: string, path: string, limitBytes: number): Promise<string> {
  await using walk = await Walk.begin(root);
  const found = await walk.find(path);
  if (found === undefined || !found.stat.isFile()) return '';
  // Awaited here, because the descriptors are closed when this function returns.
  return await readRegular(found.handle, Math.min(limitBytes, found.stat.size));
}

/**
 * A file of `/proc` on which a read would wait has size zero, so it is not read. O_NONBLOCK: does not wait
 * for the holder of a lease (fcntl(2)) either.
 */
async function readRegular({ fd }: FileHandle, bytes: number): Promise<string> {
  if (bytes === 0) return '';
  const opened = await unlessGone(open(own(fd), constants.O_RDONLY | constants.O_NONBLOCK));
  if (opened === undefined) return '';
  await using file = opened;
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

interface Found {
  readonly handle: FileHandle;
  readonly stat: Stats;
}

/** The folders from the root down to the current one. Owns their descriptors. */
class Walk implements AsyncDisposable {
  readonly #root: FileHandle;
  #below: readonly FileHandle[] = [];
  #file: FileHandle | undefined;

  private constructor(root: FileHandle) {
    this.#root = root;
  }

  static async begin(root: string): Promise<Walk> {
    return new Walk(await open(root, O_PATH | constants.O_DIRECTORY));
  }

  /** Returns the file that a path names, links followed; undefined when it names none. */
  async find(path: string): Promise<Found | undefined> {
    const todo = stepsOf(path);
    let links = 0;
    for (let step = todo.shift(); step !== undefined; step = todo.shift()) {
      if (step === '..') {
        await this.#goUp(this.#below.length - 1);
        continue;
      }
      const found = await this.#look(step);
      if (found === undefined) return undefined;
      if (found.stat.isSymbolicLink()) {
        const target = await unlessGone(readlink(this.#pathOf(step)));
        links += 1;
        if (target === undefined || links > MAX_LINKS) return undefined;
        if (target.startsWith('/')) await this.#goUp(0);
        todo.unshift(...stepsOf(target));
      } else if (found.stat.isDirectory()) {
        this.#file = undefined;
        this.#below = [...this.#below, found.handle];
      } else {
        return todo.length === 0 ? found : undefined;
      }
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    await this.#goUp(0);
    await this.#root.close();
  }

  /** Opens an entry of the current folder, of any type; it stays open until the next call. */
  async #look(step: string): Promise<Found | undefined> {
    await this.#file?.close();
    this.#file = await unlessGone(open(this.#pathOf(step), O_PATH | constants.O_NOFOLLOW));
    if (this.#file === undefined) return undefined;
    return { handle: this.#file, stat: await this.#file.stat() };
  }

  #pathOf(step: string): string {
    return `${own((this.#below.at(-1) ?? this.#root).fd)}/${step}`;
  }

  async #goUp(depth: number): Promise<void> {
    const left = this.#below.slice(Math.max(depth, 0));
    this.#below = this.#below.slice(0, Math.max(depth, 0));
    for (const handle of left) await handle.close();
  }
}

function own(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}

/** Returns undefined when the file was removed, is of another type by now, or is locked by a lease. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const isGone = ['ENOENT', 'ENOTDIR', 'EINVAL', 'ELOOP', 'ENAMETOOLONG', 'EAGAIN', 'ESTALE'];
    if (isGone.includes(code)) return undefined;
    throw error;
  }
}
