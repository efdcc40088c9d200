import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { UploadStore } from '@capsule/core';
import { namesIn } from '@capsule/host';
import { volumeDriverError } from './errors.ts';

const SUFFIX = '.upload';

/** Stores uploads as sparse files, `NAME@ID.upload`. */
export class UploadFolder implements UploadStore {
  readonly #folder: string;
  /** When this capsuled last used each file, by the monotonic clock: the wall clock may be set meanwhile. */
  readonly #usedAt = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(name: string, id: string): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const wanted = `${name}@${id}${SUFFIX}`;
    this.#usedAt.set(wanted, performance.now());
    const others = (await this.#of(name)).filter((file) => file !== wanted);
    await this.#removeFiles(others);
    const file = await open(join(this.#folder, wanted), 'a', 0o600);
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async append(name: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const path = await this.path(name);
    await using file = await open(path, 'r+');
    try {
      await file.truncate(offset);
      let at = offset;
      for await (const piece of pieces) {
        // Pieces that are not written become holes, which read as zeros.
        if (!isZero(piece)) await writeAll(file, piece, at);
        at += piece.length;
        this.#usedAt.set(basename(path), performance.now());
      }
      await file.truncate(at);
      await file.sync();
    } catch (error) {
      const isFull = FULL.includes((error as NodeJS.ErrnoException).code ?? '');
      throw isFull ? volumeDriverError.UPLOAD_FULL({ name }, error) : error;
    }
  }

  async path(name: string): Promise<string> {
    const [file = `${name}${SUFFIX}`] = await this.#of(name);
    return join(this.#folder, file);
  }

  async remove(name: string): Promise<void> {
    await this.#removeFiles(await this.#of(name));
  }

  async prune(keptMs: number): Promise<void> {
    for (const file of await this.#all()) {
      const path = join(this.#folder, file);
      const usedAt = this.#usedAt.get(file);
      if (usedAt !== undefined && performance.now() - usedAt < keptMs) continue;
      if (Date.now() - (await stat(path)).mtimeMs < keptMs) continue;
      await rm(path, { force: true });
      this.#usedAt.delete(file);
    }
  }

  async #removeFiles(files: readonly string[]): Promise<void> {
    await Promise.all(files.map((file) => rm(join(this.#folder, file), { force: true })));
    for (const file of files) this.#usedAt.delete(file);
  }

  async #of(name: string): Promise<readonly string[]> {
    return (await this.#all()).filter((file) => file.startsWith(`${name}@`));
  }

  async #all(): Promise<readonly string[]> {
    return (await namesIn(this.#folder)).filter((file) => file.endsWith(SUFFIX));
  }
}

/** A disk that is almost full takes a part of the piece, and only the next write fails: write(2). */
async function writeAll(file: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await file.write(piece, done, piece.length - done, at + done);
    done += bytesWritten;
  }
}

const FULL = ['ENOSPC', 'EDQUOT'];
const ZEROS = Buffer.alloc(1024 * 1024);

function isZero(piece: Uint8Array): boolean {
  return piece.length <= ZEROS.length && ZEROS.subarray(0, piece.length).equals(piece);
}
