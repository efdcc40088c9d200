import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadStore } from '@capsule/core';
import { namesIn } from '@capsule/host';
import { volumeDriverError } from './errors.ts';

const SUFFIX = '.upload';

/** Stores uploads as sparse files, `NAME@ID.upload`. */
export class UploadFolder implements UploadStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(name: string, id: string): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const wanted = `${name}@${id}${SUFFIX}`;
    const others = (await this.#of(name)).filter((file) => file !== wanted);
    await Promise.all(others.map((file) => rm(join(this.#folder, file), { force: true })));
    const file = await open(join(this.#folder, wanted), 'a', 0o600);
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async append(name: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(await this.path(name), 'r+');
    try {
      await file.truncate(offset);
      let at = offset;
      for await (const piece of pieces) {
        // Pieces that are not written become holes, which read as zeros.
        if (!isZero(piece)) await writeAll(file, piece, at);
        at += piece.length;
      }
      await file.truncate(at);
      await file.sync();
    } catch (error) {
      const isFull = FULL.includes((error as NodeJS.ErrnoException).code ?? '');
      throw isFull ? volumeDriverError.UPLOAD_FULL({ name }, error) : error;
    } finally {
      await file.close();
    }
  }

  async path(name: string): Promise<string> {
    const [file = `${name}${SUFFIX}`] = await this.#of(name);
    return join(this.#folder, file);
  }

  async remove(name: string): Promise<void> {
    const files = await this.#of(name);
    await Promise.all(files.map((file) => rm(join(this.#folder, file), { force: true })));
  }

  async prune(since: number): Promise<void> {
    for (const file of await this.#all()) {
      const path = join(this.#folder, file);
      if ((await stat(path)).mtimeMs < since) await rm(path, { force: true });
    }
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
