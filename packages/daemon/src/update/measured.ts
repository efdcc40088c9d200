import { createHash } from 'node:crypto';
import { updateError } from './errors.ts';

/** Bytes that pass by, with their number and hash. */
export class Measured implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#chunks) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  /**
   * Compares with what the sender announced, once all bytes have passed; 0 and nothing are not compared.
   *
   * @throws UPDATE_CHECKSUM_DIFFERS
   */
  require({ totalBytes, sha256Hex }: { totalBytes: number; sha256Hex: string }): void {
    if (totalBytes !== 0 && totalBytes !== this.#bytes) {
      const detail = `${this.#bytes} of ${totalBytes} bytes arrived`;
      throw updateError.CHECKSUM_DIFFERS({ detail });
    }
    const found = this.#hash.digest('hex');
    if (sha256Hex === '' || sha256Hex.toLowerCase() === found) return;
    throw updateError.CHECKSUM_DIFFERS({ detail: `its hash is ${found} instead of ${sha256Hex}` });
  }
}
