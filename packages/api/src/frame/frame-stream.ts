/**
 * The frames of a volume on a bulk connection: each behind its length, four bytes, the highest first. An upload ends
 * with a length of zero, and then the end message behind its own length.
 */
export const LENGTH_BYTES = 4;

/** zstd adds little to data that it cannot compress. */
const RECORD_BYTES_MOST = 2 * 1024 * 1024;

export function lengthBefore(record: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(record.length);
  return length;
}

/** Reads records from pieces of any size, each of which is good until the next one is asked for. */
export class RecordReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /**
   * Returns the next record, in memory of its own. Undefined at the end, also in the middle of a record, and for a
   * length that no record has.
   */
  async next(): Promise<Buffer | undefined> {
    const length = (await this.#take(LENGTH_BYTES))?.readUInt32BE();
    if (length === undefined || length > RECORD_BYTES_MOST) return undefined;
    return this.#take(length);
  }

  async #take(count: number): Promise<Buffer | undefined> {
    const taken = Buffer.allocUnsafeSlow(count);
    for (let at = 0; at < count; ) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) return undefined;
        this.#piece = next.value;
      }
      const part = this.#piece.subarray(0, count - at);
      taken.set(part, at);
      at += part.length;
      this.#piece = this.#piece.subarray(part.length);
    }
    return taken;
  }
}
