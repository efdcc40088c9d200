import type { ProgressView } from '../progress/progress-view.ts';
import { formatBytes } from '../render/bytes.ts';

const TOLD_EVERY_MS = 200;

/** Counts what passes by, and tells now and then. */
export class CopyProgress {
  readonly #view: ProgressView | undefined;
  readonly #label: string;
  readonly #now: () => number;
  #bytes = 0;
  #toldAt: number;

  constructor(label: string, view: ProgressView | undefined, now: () => number) {
    this.#label = label;
    this.#view = view;
    this.#now = now;
    this.#toldAt = now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  async *count<T extends Uint8Array>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      if (this.#view !== undefined && this.#now() - this.#toldAt >= TOLD_EVERY_MS) {
        this.#toldAt = this.#now();
        await this.#view.update(this.#label, 'copying', formatBytes(this.#bytes));
      }
      yield piece;
    }
  }
}
