import { type FileHandle, open } from 'node:fs/promises';

const PAGE = 4096;

/**
 * A disk with a cache that a power cut empties, over a raw file. Flushed data is in the file; data that
 * was only written is in memory, and read from there. A page of 4 KiB is written or not, as sectors are.
 */
export class VolatileDisk implements AsyncDisposable {
  readonly bytes: number;
  readonly #file: FileHandle;
  /** Written and not flushed, by the number of the page. */
  readonly #cache = new Map<number, Buffer>();

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  static async open(path: string): Promise<VolatileDisk> {
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    return new VolatileDisk(file, size);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const data = Buffer.alloc(length);
    await this.#file.read(data, 0, length, offset);
    for (const { page, at, from, count } of pieces(offset, length)) {
      this.#cache.get(page)?.copy(data, at, from, from + count);
    }
    return data;
  }

  async write(offset: number, data: Buffer): Promise<void> {
    for (const { page, at, from, count } of pieces(offset, data.length)) {
      const kept = this.#cache.get(page) ?? (await this.#fromFile(page, count));
      data.copy(kept, from, at, at + count);
      this.#cache.set(page, kept);
    }
  }

  async flush(): Promise<void> {
    await this.#store([...this.#cache.keys()]);
    this.#cache.clear();
  }

  /** Pages that were not flushed, each in the file if it `survives` and gone if not. Answers how many go. */
  async losePower(survives: () => boolean): Promise<number> {
    const lucky = [...this.#cache.keys()].filter(survives);
    const lost = this.#cache.size - lucky.length;
    await this.#store(lucky);
    this.#cache.clear();
    return lost;
  }

  /** Without a flush: what is in memory goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #fromFile(page: number, overwritten: number): Promise<Buffer> {
    const content = Buffer.alloc(PAGE);
    if (overwritten < PAGE) await this.#file.read(content, 0, PAGE, page * PAGE);
    return content;
  }

  async #store(pages: readonly number[]): Promise<void> {
    for (const { first, contents } of runs(pages, this.#cache)) {
      const data = Buffer.concat(contents);
      const offset = first * PAGE;
      await this.#file.write(data, 0, Math.min(data.length, this.bytes - offset), offset);
    }
  }
}

/** Neighbours are written at once. */
function runs(pages: readonly number[], cache: ReadonlyMap<number, Buffer>) {
  const found: { first: number; contents: Buffer[] }[] = [];
  for (const page of pages.toSorted((a, b) => a - b)) {
    const content = cache.get(page);
    if (content === undefined) continue;
    const last = found.at(-1);
    if (last !== undefined && last.first + last.contents.length === page)
      last.contents.push(content);
    else found.push({ first: page, contents: [content] });
  }
  return found;
}

interface Piece {
  readonly page: number;
  /** Where the piece begins in the data of the request. */
  readonly at: number;
  /** Where it begins in the page. */
  readonly from: number;
  readonly count: number;
}

function* pieces(offset: number, length: number): Generator<Piece> {
  for (let at = 0; at < length; ) {
    const page = Math.floor((offset + at) / PAGE);
    const from = offset + at - page * PAGE;
    const count = Math.min(PAGE - from, length - at);
    yield { page, at, from, count };
    at += count;
  }
}
