/** Returns the next bytes, or undefined at the end. */
export type NextBytes = () => Promise<Uint8Array | undefined>;

/** Bytes that arrive in any pieces, read as lines, as blocks, or as they come. */
export class ByteSource {
  readonly #next: NextBytes;
  #rest: Uint8Array = new Uint8Array();

  constructor(next: NextBytes) {
    this.#next = next;
  }

  /** A line of ASCII without its CRLF; undefined where the source ends before it, or where it is longer than `most`. */
  async line(most: number): Promise<string | undefined> {
    for (let from = 0; ; ) {
      const end = this.#rest.indexOf(LF, from);
      if (end >= 0 && end <= most)
        return this.#take(end + 1)
          .toString('latin1')
          .replace(/\r?\n$/, '');
      from = this.#rest.length;
      if (from > most || !(await this.#fill())) return undefined;
    }
  }

  /** Exactly so many bytes; undefined where the source ends before. */
  async block(length: number): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await this.some(missing);
      if (piece === undefined) return undefined;
      if (piece.length === length) return piece;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces, length);
  }

  /** The bytes that have arrived, at least one and not more than `most`; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0 && !(await this.#fill())) return undefined;
    return this.#take(Math.min(most, this.#rest.length));
  }

  async #fill(): Promise<boolean> {
    const more = await this.#next();
    if (more === undefined) return false;
    this.#rest = this.#rest.length === 0 ? more : Buffer.concat([this.#rest, more]);
    return true;
  }

  #take(length: number): Buffer {
    const { buffer, byteOffset } = this.#rest;
    this.#rest = this.#rest.subarray(length);
    return Buffer.from(buffer, byteOffset, length);
  }
}

const LF = 10;
