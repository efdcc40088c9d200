import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isCapsuleError } from '@capsule/core';
import { type FileUse, localFault } from '../../program/local-fault.ts';
import { ByteReader } from './byte-reader.ts';
import { decompressFrames } from './zstd-frames.ts';

/** Which export a part belongs to. */
export interface PartOf {
  readonly volume: string;
  readonly snapshot: string;
  readonly format: string;
  readonly exportId: string;
}

/**
 * A file that is on its way: `NAME.part`, and `NAME.part.json`, which says of what. Another run of the
 * same command goes on with it.
 */
export class PartFile {
  /** Of what came, before compression. */
  readonly hash: Hash;
  readonly #path: string;
  readonly #file: FileHandle;
  #bytes: number;

  private constructor(path: string, file: FileHandle, hash: Hash, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.hash = hash;
    this.#bytes = bytes;
  }

  /** Bytes before compression that are there. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * An empty part in the place of what was there. Notes never stand beside the bytes of another export, also
   * after a power cut: those are off the disk before the notes are written, and these on it before any byte comes.
   */
  static async create(path: string, of: PartOf): Promise<PartFile> {
    const file = await naming('write', partOf(path), open(partOf(path), 'w', 0o600));
    try {
      await naming('write', partOf(path), file.sync());
      const write = writeFile(notesOf(path), JSON.stringify(of), { flush: true });
      await naming('write', notesOf(path), write);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new PartFile(path, file, createHash('sha256'), 0);
  }

  /** Returns the remains of an earlier run, with all whole frames; undefined where there is nothing to resume. */
  static async resume(
    path: string,
    request: Omit<PartOf, 'exportId'>,
  ): Promise<{ readonly part: PartFile; readonly exportId: string } | undefined> {
    const notes = await readNotes(notesOf(path));
    const isSame =
      notes?.volume === request.volume &&
      notes.snapshot === request.snapshot &&
      notes.format === request.format;
    if (notes === undefined || !isSame) return undefined;
    const hash = createHash('sha256');
    const whole = { file: 0, bytes: 0 };
    const reader = new ByteReader(createReadStream(partOf(path)));
    let frame: Buffer[] = [];
    const keep = () => {
      for (const piece of frame) {
        hash.update(piece);
        whole.bytes += piece.length;
      }
      frame = [];
      whole.file = reader.position;
    };
    try {
      for await (const piece of decompressFrames(reader, path, keep)) frame.push(piece);
    } catch (error) {
      // The last frame may have been cut off, or the part is gone: what is whole is good.
      if (!isCapsuleError(error) && (error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw localFault('read', partOf(path), error);
      }
    }
    if (whole.bytes === 0) return undefined;
    const file = await naming('write', partOf(path), open(partOf(path), 'r+'));
    await naming('write', partOf(path), file.truncate(whole.file));
    const end = await naming('write', partOf(path), open(partOf(path), 'a'));
    await file.close();
    return { part: new PartFile(path, end, hash, whole.bytes), exportId: notes.exportId };
  }

  /** A frame, and what it holds. */
  async add(frame: Uint8Array, content: Uint8Array): Promise<void> {
    await naming('write', partOf(this.#path), this.#file.writeFile(frame));
    this.hash.update(content);
    this.#bytes += content.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** It is whole: it gets its name. */
  async finish(): Promise<void> {
    await naming('write', partOf(this.#path), this.#file.sync());
    await naming('write', partOf(this.#path), this.#file.close());
    await naming('write', this.#path, rename(partOf(this.#path), this.#path));
    await rm(notesOf(this.#path), { force: true });
  }

  static async discard(path: string): Promise<void> {
    await Promise.all([partOf(path), notesOf(path)].map((file) => rm(file, { force: true })));
  }
}

const partOf = (path: string) => `${path}.part`;
const notesOf = (path: string) => `${path}.part.json`;

async function readNotes(path: string): Promise<PartOf | undefined> {
  try {
    const notes: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isUsable = typeof notes === 'object' && notes !== null && 'exportId' in notes;
    return isUsable ? (notes as PartOf) : undefined;
  } catch (failure) {
    const isMissing = (failure as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || failure instanceof SyntaxError) return undefined;
    throw localFault('read', path, failure);
  }
}

/** A failed call names the file: those of an open file do not know it. */
async function naming<T>(use: FileUse, path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw localFault(use, path, error);
  }
}
