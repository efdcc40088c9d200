import type { Kept } from './row.ts';

const LIMIT_BYTES = 256 * 1024;

/** Collects the first bytes of what passes by. */
export class Keeper {
  readonly #chunks: Buffer[] = [];
  #sizeBytes = 0;

  add(chunk: unknown): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const bytes = Buffer.from(chunk);
    const room = LIMIT_BYTES - this.#sizeBytes;
    if (room > 0) this.#chunks.push(bytes.subarray(0, room));
    this.#sizeBytes += bytes.length;
  }

  get kept(): Kept {
    return { base64: Buffer.concat(this.#chunks).toString('base64') };
  }
}
